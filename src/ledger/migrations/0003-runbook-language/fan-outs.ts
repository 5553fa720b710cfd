/** Fan-outs item by item, what a run started, and runbooks of which several runs may be open for one key. */
export const fanOuts = /* sql */ `
create table fan_out_items (
  run_id text not null constraint fan_out_items_run_fk references runs (id),
  step_id text not null,
  position integer not null,
  name text not null,
  inputs_hash text not null,
  tried integer,
  child text constraint fan_out_items_child_fk references runs (id),
  joined integer not null default 0,
  outcome text constraint fan_out_items_outcome_known check (outcome in ('succeeded', 'failed', 'cancelled', 'not_started')),
  why text,
  constraint fan_out_items_pk primary key (run_id, step_id, position)
) strict;
create index fan_out_items_waiting_for on fan_out_items (child) where child is not null and outcome is null;

create index runs_open_children on runs (parent_run) where parent_run is not null and finished_at is null;

alter table runs add column open_runs text not null default 'one_per_key'
  constraint runs_open_runs_known check (open_runs in ('one_per_key', 'any'));
drop index runs_one_open_per_key;
create unique index runs_one_open_per_key on runs (key_id)
  where key_id is not null and parent_run is null and finished_at is null and cancel_requested_at is null and open_runs = 'one_per_key';
`;
