/** What left the company: to whom, by which way, and what came back. */
export const deliveries = /* sql */ `
alter table notices add column about text;

create table dispatches (
  id text not null constraint dispatches_pk primary key,
  run_id text not null constraint dispatches_run_fk references runs (id),
  step_id text not null,
  incident_id text constraint dispatches_incident_fk references incidents (id),
  key_id text not null constraint dispatches_key_fk references keys (id),
  template text not null,
  letter text not null,
  facts text not null,
  addressees text not null,
  hash text not null,
  approval_id text not null constraint dispatches_approval_fk references approvals (id),
  created_at text not null
) strict;
create index dispatches_by_incident on dispatches (incident_id, created_at);
create index dispatches_by_run on dispatches (run_id);
create index dispatches_by_key on dispatches (key_id, created_at);
create unique index dispatches_by_approval on dispatches (approval_id);
create trigger dispatches_never_changed before update on dispatches
begin select raise(abort, 'dispatches: what was approved is never changed'); end;

create table deliveries (
  id text not null constraint deliveries_pk primary key,
  dispatch_id text not null constraint deliveries_dispatch_fk references dispatches (id),
  contact text not null,
  way text not null constraint deliveries_way_known check (way in ('mail', 'webhook')),
  addressee text not null,
  message_id text not null,
  state text not null constraint deliveries_state_known
    check (state in ('queued', 'sending', 'sent', 'in_doubt', 'bounced', 'given_up', 'withdrawn')),
  attempts integer not null,
  due_at text not null,
  sender text,
  sending_since text,
  answer text,
  queued_at text not null,
  retry_from text,
  ended_at text,
  constraint deliveries_in_hand_of_somebody check ((state = 'sending') = (sender is not null)),
  constraint deliveries_in_hand_since check ((sender is null) = (sending_since is null)),
  constraint deliveries_over_or_not check ((state in ('queued', 'sending')) = (ended_at is null))
) strict;
create unique index deliveries_once on deliveries (dispatch_id, contact, way);
create unique index deliveries_by_message on deliveries (message_id);
create index deliveries_under_way on deliveries (due_at) where state in ('queued', 'sending');
create trigger deliveries_only_when_approved before insert on deliveries
when not exists (
  select 1 from dispatches join approvals on approvals.id = dispatches.approval_id
  where dispatches.id = new.dispatch_id and approvals.outcome = 'approved'
)
begin select raise(abort, 'deliveries: nothing leaves the company without an approval of exactly this'); end;
create trigger deliveries_go_where_approved before update of dispatch_id, contact, way, addressee, message_id, queued_at on deliveries
begin select raise(abort, 'deliveries: where it goes is never changed'); end;
`;
