/** Authenticator apps, wrong tries and recovery codes of people. Seeds are under the same rules as everything else that is sealed. */
export const secondFactor = /* sql */ `
create table second_factors (
  id text not null constraint second_factors_pk primary key,
  person text not null,
  envelope text,
  enrolled_at text not null,
  confirmed_at text,
  ended_at text,
  last_step integer not null default 0,
  constraint second_factors_gone_when_ended check ((ended_at is null) = (envelope is not null))
) strict;
create unique index second_factors_one_active on second_factors (person) where confirmed_at is not null and ended_at is null;
create unique index second_factors_one_begun on second_factors (person) where confirmed_at is null and ended_at is null;
create index second_factors_sealed on second_factors (id) where envelope is not null;
create trigger second_factors_step_forward before update of last_step on second_factors when new.last_step <= old.last_step
begin select raise(abort, 'second_factors: this code was used'); end;
create trigger second_factors_stay_over before update on second_factors when old.ended_at is not null
begin select raise(abort, 'second_factors: this one is over'); end;
create trigger second_factors_under_living_key before insert on second_factors
when new.envelope is not null
  and exists (select 1 from vault_proofs where retired_at is not null and new.envelope like 'v1.' || master_key || '.%')
begin select raise(abort, 'second_factors: sealed under a retired master key'); end;
create trigger second_factors_rewrapped_under_living_key before update of envelope on second_factors
when new.envelope is not null
  and exists (select 1 from vault_proofs where retired_at is not null and new.envelope like 'v1.' || master_key || '.%')
begin select raise(abort, 'second_factors: sealed under a retired master key'); end;

create table second_factor_tries (
  person text not null constraint second_factor_tries_pk primary key,
  failed_at text not null,
  locked_until text,
  locks integer not null
) strict;

create table recovery_codes (
  factor_id text not null constraint recovery_codes_factor_fk references second_factors (id),
  digest text not null,
  used_at text,
  constraint recovery_codes_pk primary key (factor_id, digest)
) strict, without rowid;
create trigger recovery_codes_used_once before update of used_at on recovery_codes when old.used_at is not null
begin select raise(abort, 'recovery_codes: used already'); end;

create table second_factor_invites (
  id text not null constraint second_factor_invites_pk primary key,
  person text not null,
  token_hash text not null constraint second_factor_invites_token_once unique,
  invited_by text not null,
  created_at text not null,
  expires_at text not null,
  factor_id text constraint second_factor_invites_factor_fk references second_factors (id)
) strict;
create trigger second_factor_invites_used_once before update of factor_id on second_factor_invites when old.factor_id is not null
begin select raise(abort, 'second_factor_invites: a seed is shown once'); end;
`;
