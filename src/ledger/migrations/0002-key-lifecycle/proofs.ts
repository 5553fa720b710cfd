export const proofs = /* sql */ `
-- The answer that a request with this key got first. Never a secret: what was shown once is not kept.
create table answers (
  caller text not null,
  idempotency_key text not null,
  request_hash text not null,
  status integer,
  body text,
  begun_at text not null,
  constraint answers_pk primary key (caller, idempotency_key),
  constraint answers_whole check ((status is null) = (body is null))
) strict, without rowid;
create index answers_by_time on answers (begun_at);

-- Up to here the chain was recomputed line by line; who starts next begins behind it.
create table audit_checked (
  id integer not null constraint audit_checked_pk primary key constraint audit_checked_single check (id = 1),
  seq integer not null,
  hash text not null,
  checked_at text not null
) strict;

create table checkpoints (
  seq integer not null constraint checkpoints_pk primary key,
  hash text not null,
  signed_at text not null,
  signer text not null
) strict;
-- What a request made that is neither a run nor an incident: key:…, rotation:…, claim:…
alter table dedupe add column subject text;
create index audit_by_run on audit (run_id, seq) where run_id is not null;
`;
