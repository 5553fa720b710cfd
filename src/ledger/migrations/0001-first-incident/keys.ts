export const keys = /* sql */ `
create table keys (
  id text not null constraint keys_pk primary key,
  slug text not null,
  version integer not null constraint keys_version_positive check (version >= 1),
  class text not null,
  provider text not null,
  external_ref text,
  service text not null,
  environment text not null,
  owner text,
  escalation text,
  scopes text not null,
  rate_limit integer,
  digest text,
  pepper_id text,
  last4 text,
  predecessor text constraint keys_predecessor_fk references keys (id),
  delivery text,
  probe_url text,
  state text not null constraint keys_state_known check (state in ('pending', 'active', 'retiring', 'suspended', 'expired', 'revoked')),
  created_at text not null,
  activated_at text,
  expires_at text,
  quarantined_at text,
  compromised_at text,
  revoked_at text,
  proved_live_at text,
  proved_dead_at text,
  row_version integer not null default 1,
  constraint keys_slug_version_once unique (slug, version),
  constraint keys_revoked_has_time check ((state = 'revoked') = (revoked_at is not null)),
  constraint keys_dead_after_end check (proved_dead_at is null or state in ('revoked', 'expired'))
) strict;
create unique index keys_digest_once on keys (digest) where digest is not null;
create index keys_by_ref on keys (provider, external_ref);
create index keys_by_expiry on keys (expires_at) where state in ('active', 'retiring') and expires_at is not null;
create trigger keys_legal_transition before update of state on keys
when old.state <> new.state and (old.state || '>' || new.state) not in (
  'pending>active', 'pending>expired', 'pending>revoked',
  'active>retiring', 'active>suspended', 'active>expired', 'active>revoked',
  'retiring>suspended', 'retiring>expired', 'retiring>revoked',
  'suspended>active', 'suspended>expired', 'suspended>revoked', 'expired>revoked')
begin select raise(abort, 'keys: illegal transition of state'); end;
create trigger keys_expiry_not_edited before update of expires_at on keys
when old.state in ('expired', 'revoked') and old.expires_at is not new.expires_at
begin select raise(abort, 'keys: an expired key is never extended by editing'); end;

create table rotations (
  id text not null constraint rotations_pk primary key,
  key_id text not null constraint rotations_key_fk references keys (id),
  replacement_id text not null constraint rotations_replacement_fk references keys (id),
  run_id text,
  mode text not null,
  state text not null constraint rotations_state_known check (state in ('created', 'distributing', 'verifying', 'revoking', 'proving', 'completed', 'rolled_back', 'failed')),
  created_at text not null,
  distributed_at text,
  verified_at text,
  revoked_at text,
  completed_at text
) strict;
create unique index rotations_one_open on rotations (key_id) where state not in ('completed', 'rolled_back', 'failed');

create table secrets (
  id text not null constraint secrets_pk primary key,
  key_id text not null constraint secrets_key_fk references keys (id),
  purpose text not null,
  envelope text,
  created_at text not null,
  destroyed_at text,
  constraint secrets_gone_when_destroyed check ((destroyed_at is null) = (envelope is not null))
) strict;

create table reminders (
  key_id text not null constraint reminders_pk primary key constraint reminders_key_fk references keys (id),
  within_days text not null,
  channel text not null,
  owner text not null,
  set_at text not null,
  set_by text not null,
  tested text
) strict;

create table usage (
  key_id text not null,
  caller text not null,
  minute text not null,
  accepted integer not null,
  rejected integer not null,
  constraint usage_pk primary key (key_id, caller, minute)
) strict, without rowid;
`;
