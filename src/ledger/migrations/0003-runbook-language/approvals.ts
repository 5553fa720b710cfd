export const approvals = /* sql */ `
alter table approvals add column reminded integer not null default 0;
alter table approvals add column escalated integer not null default 0;

alter table votes add column proof text not null default 'click' constraint votes_proof_known check (proof in ('click', 'typed', 'totp'));
alter table votes add column not_before text;

create table delegations (
  approval_id text not null constraint delegations_approval_fk references approvals (id),
  from_person text not null,
  to_person text not null,
  reason text not null,
  at text not null,
  constraint delegations_once_per_voice primary key (approval_id, from_person),
  constraint delegations_one_voice_each unique (approval_id, to_person),
  constraint delegations_to_somebody_else check (from_person <> to_person)
) strict;

create table glass_breaks (
  approval_id text not null constraint glass_breaks_pk primary key constraint glass_breaks_approval_fk references approvals (id),
  run_id text not null,
  incident_id text,
  question text not null,
  by_person text not null,
  reason text not null,
  proof text not null constraint glass_breaks_proof_known check (proof in ('click', 'typed', 'totp')),
  at text not null,
  skipped text not null,
  reviewers text not null,
  due_at text not null,
  reviewed_by text,
  verdict text constraint glass_breaks_verdict_known check (verdict in ('justified', 'not_justified')),
  comment text,
  reviewed_at text,
  constraint glass_breaks_reviewed_by_another check (reviewed_by is null or reviewed_by <> by_person),
  constraint glass_breaks_review_whole check (
    (reviewed_by is null) = (verdict is null) and (reviewed_by is null) = (comment is null) and (reviewed_by is null) = (reviewed_at is null)
  )
) strict;
create index glass_breaks_unreviewed on glass_breaks (due_at) where reviewed_at is null;
create trigger glass_breaks_reviewed_once before update of reviewed_by on glass_breaks when old.reviewed_by is not null
begin select raise(abort, 'glass_breaks: already reviewed'); end;
`;
