export const rotations = /* sql */ `
create table rotations_new (
  id text not null constraint rotations_pk primary key,
  key_id text not null constraint rotations_key_fk references keys (id),
  slug text not null,
  replacement_id text constraint rotations_replacement_fk references keys (id),
  run_id text,
  mode text not null constraint rotations_mode_known check (mode in ('planned', 'expired', 'suspected', 'extended', 'exploited')),
  state text not null constraint rotations_state_known check (state in (
    'scheduled', 'awaiting_approval', 'intent_written', 'created', 'distributing', 'verifying', 'grace', 'usage_gate',
    'revoking', 'proving', 'completed', 'rolled_back', 'failed', 'preempted', 'cancelled')),
  reason text not null,
  requested_by text not null,
  grace_ms integer not null constraint rotations_grace_bounds check (grace_ms between 0 and 604800000),
  approvals integer not null,
  recipient text,
  created_at text not null,
  scheduled_at text not null,
  started_at text,
  minted_at text,
  distributed_at text,
  verified_at text,
  grace_started_at text,
  grace_ends_at text,
  revoked_at text,
  ended_at text,
  why text,
  constraint rotations_end_has_time check ((state in ('completed', 'rolled_back', 'failed', 'preempted', 'cancelled')) = (ended_at is not null))
) strict;
-- As the audit tells it when it is played again. Only the end of a run left a rotation failed: it ended as its run did, and why is in that line.
insert into rotations_new
  select r.id, r.key_id, k.slug, r.replacement_id, r.run_id,
    case when json_extract(u.inputs, '$.situation') in ('planned', 'expired', 'suspected', 'extended', 'exploited')
      then json_extract(u.inputs, '$.situation') else 'suspected' end,
    case r.state when 'revoking' then 'proving' when 'failed' then iif(u.outcome = 'succeeded', 'completed', coalesce(u.outcome, 'failed')) else r.state end,
    coalesce(u.reason, ''), coalesce(u.requested_by, 'system:engine'), 0, 1, null,
    coalesce(u.started_at, r.created_at), coalesce(u.started_at, r.created_at), coalesce(u.started_at, r.created_at),
    r.created_at, r.distributed_at, r.verified_at, null, null, r.revoked_at,
    case r.state when 'completed' then r.completed_at when 'rolled_back' then n.revoked_at when 'failed' then coalesce(u.finished_at, r.created_at) end,
    case r.state when 'rolled_back' then 'The replacement was taken back.' when 'failed' then (
      select json_extract(a.details, '$.why') from audit as a where a.subject = 'run:' || r.run_id and a.action = 'run_finished') end
  from rotations as r join keys as k on k.id = r.key_id join keys as n on n.id = r.replacement_id left join runs as u on u.id = r.run_id;
drop table rotations;
alter table rotations_new rename to rotations;
create unique index rotations_one_open on rotations (key_id) where ended_at is null;
create index rotations_by_slug on rotations (slug, created_at);
create index rotations_by_run on rotations (run_id) where run_id is not null;
create index rotations_due on rotations (scheduled_at, id) where state = 'scheduled';
create index rotations_by_replacement on rotations (replacement_id) where replacement_id is not null;
create index rotations_ended on rotations (ended_at) where ended_at is not null;

-- An emergency does not wait until the planned rotation that it ends has taken its work back.
drop index runs_one_open_per_key;
create unique index runs_one_open_per_key on runs (key_id)
  where key_id is not null and parent_run is null and finished_at is null and cancel_requested_at is null;
create index runs_by_key on runs (key_id, started_at) where key_id is not null;
`;
