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
create index claims_by_secret on claims (secret_id);
create trigger claims_taken_once before update of taken_at on claims when old.taken_at is not null and old.taken_at is not new.taken_at
begin select raise(abort, 'claims: a secret is handed out once'); end;

-- Which master keys this ledger was ever sealed under; each row opens with its key only, and its digest tells the pepper.
create table vault_proofs (
  master_key text not null constraint vault_proofs_pk primary key,
  pepper text not null,
  envelope text not null,
  digest text not null,
  adopted_at text not null,
  retired_at text
) strict;
create trigger vault_proofs_stay_retired before update of retired_at on vault_proofs
when old.retired_at is not null and new.retired_at is not old.retired_at
begin select raise(abort, 'vault_proofs: a retired master key stays retired'); end;
-- A process that still holds a retired master key in memory would seal what nobody can open once its file is gone.
create trigger secrets_under_living_key before insert on secrets
when new.envelope is not null
  and exists (select 1 from vault_proofs where retired_at is not null and new.envelope like 'v1.' || master_key || '.%')
begin select raise(abort, 'secrets: sealed under a retired master key'); end;
create trigger secrets_rewrapped_under_living_key before update of envelope on secrets
when new.envelope is not null
  and exists (select 1 from vault_proofs where retired_at is not null and new.envelope like 'v1.' || master_key || '.%')
begin select raise(abort, 'secrets: sealed under a retired master key'); end;
`;
