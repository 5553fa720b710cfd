/** The texts of runbooks that were read, which one is live, and what proved them. */
export const runbooks = /* sql */ `
create table runbook_versions (
  runbook text not null,
  hash text not null,
  title text not null,
  owner text not null,
  grants text not null,
  review_by text not null,
  first_read_at text not null,
  approved_by text,
  approved_at text,
  constraint runbook_versions_pk primary key (runbook, hash),
  constraint runbook_versions_approved check ((approved_by is null) = (approved_at is null))
) strict;

create table runbooks_live (
  runbook text not null constraint runbooks_live_pk primary key,
  hash text not null,
  since text not null,
  gone_at text,
  constraint runbooks_live_version foreign key (runbook, hash) references runbook_versions (runbook, hash)
) strict;

create table runbook_proofs (
  id text not null constraint runbook_proofs_pk primary key,
  runbook text not null,
  hash text not null,
  how text not null constraint runbook_proofs_how check (how in ('drill', 'rehearsal')),
  passed integer not null constraint runbook_proofs_passed check (passed in (0, 1)),
  recover_ms integer,
  summary text not null,
  at text not null
) strict;
create index runbook_proofs_by_runbook on runbook_proofs (runbook, at);
create index runs_by_runbook on runs (runbook_id, runbook_hash, outcome);
`;
