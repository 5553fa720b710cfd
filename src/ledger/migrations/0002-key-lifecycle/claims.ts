export const claims = /* sql */ `
create table claims (
  id text not null constraint claims_pk primary key,
  secret_id text not null constraint claims_secret_fk references secrets (id),
  key_id text not null constraint claims_key_fk references keys (id),
  run_id text,
  token_hash text not null constraint claims_token_once unique,
  recipient text not null,
  offered_by text not null,
  created_at text not null,
  expires_at text not null,
  taken_at text,
  taken_by text,
  taken_how text,
  refusals integer not null default 0,
  constraint claims_taken_whole check ((taken_at is null) = (taken_by is null) and (taken_at is null) = (taken_how is null))
) strict;
create index claims_open on claims (expires_at) where taken_at is null;
create index claims_by_key on claims (key_id);
create trigger claims_taken_once before update of taken_at on claims when old.taken_at is not null and old.taken_at is not new.taken_at
begin select raise(abort, 'claims: a secret is handed out once'); end;
`;
