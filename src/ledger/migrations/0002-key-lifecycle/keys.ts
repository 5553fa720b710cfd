export const keys = /* sql */ `
alter table keys add column runbook text;
alter table keys add column secret_ref text;
alter table keys add column administers text;
alter table keys add column claims text;
alter table keys add column public_jwk text;
alter table keys add column retiring_at text;
alter table keys add column grace_ends_at text constraint keys_grace_has_end check (state <> 'retiring' or grace_ends_at is not null);
alter table keys add column grace_extensions integer not null default 0 constraint keys_grace_extended_once check (grace_extensions between 0 and 1);
alter table keys add column expiry_extensions integer not null default 0 constraint keys_expiry_extended_twice check (expiry_extensions between 0 and 2);
alter table keys add column suspended_at text constraint keys_suspended_has_time check (state <> 'suspended' or suspended_at is not null);
alter table keys add column superseded_at text;
alter table keys add column forgotten_at text constraint keys_forgotten_after_end check (forgotten_at is null or state in ('revoked', 'expired'));

-- Which version of a name was current after each change, and since when the others are not: told by the audit, by the rule of currentOf.
create temp table key_lines as
  select k.slug, k.id, k.version, k.predecessor, a.seq, a.at, a.action,
    a.action = 'key_activated' or json_extract(a.details, '$.key.activatedAt') is not null as activates,
    a.action = 'key_revoked' or json_extract(a.details, '$.key.state') = 'revoked' as revokes,
    a.action <> 'key_issued' or json_extract(a.details, '$.key.state') <> 'pending' as begins
  from keys as k join audit as a on a.subject = 'key:' || k.id
  where a.action in ('key_issued', 'key_activated', 'key_expired', 'key_revoked');
update keys set superseded_at = since.at from (
  with versions as (
    select slug, id, version, predecessor, min(seq) as issued, min(iif(begins, seq, null)) as begun,
      min(iif(activates, seq, null)) as activated, min(iif(revokes, seq, null)) as revoked
    from key_lines group by id
  ), ranked as (
    select l.seq, l.at, v.id, v.version, coalesce(v.begun <= l.seq, 0) as has_begun,
      case when v.activated <= l.seq and coalesce(v.revoked > l.seq, 1) then 3 when v.activated <= l.seq then 2 else v.predecessor is null end as rank
    from key_lines as l join versions as v on v.slug = l.slug and v.issued <= l.seq
  ), standings as (
    select seq, at, id, has_begun and not (rank > 0 and 1 = row_number() over (partition by seq order by rank desc, version desc)) as is_superseded
    from ranked
  )
  select id, at, min(seq) from (select *, max(iif(is_superseded, 0, seq)) over (partition by id) as last_free from standings)
  where seq > last_free group by id
) as since where since.id = keys.id;
drop table key_lines;

drop trigger keys_legal_transition;
create trigger keys_legal_transition before update of state on keys
when old.state <> new.state and (old.state || '>' || new.state) not in (
  'pending>active', 'pending>expired', 'pending>revoked',
  'active>retiring', 'active>suspended', 'active>expired', 'active>revoked',
  'retiring>active', 'retiring>suspended', 'retiring>expired', 'retiring>revoked',
  'suspended>active', 'suspended>retiring', 'suspended>expired', 'suspended>revoked', 'expired>revoked')
begin select raise(abort, 'keys: illegal transition of state'); end;
create trigger keys_grace_within_life before update of grace_ends_at on keys
when new.grace_ends_at is not null and new.expires_at is not null and new.grace_ends_at > new.expires_at
begin select raise(abort, 'keys: grace never outlives the key itself'); end;

drop index keys_by_expiry;
create index keys_by_expiry on keys (expires_at) where state in ('pending', 'active', 'retiring', 'suspended') and expires_at is not null;
create index keys_current_by_expiry on keys (expires_at) where superseded_at is null and state in ('active', 'suspended') and expires_at is not null;
create index keys_living_by_class on keys (class, expires_at) where state in ('pending', 'active', 'retiring', 'suspended') and expires_at is not null;
create index keys_current_by_service on keys (service, slug) where superseded_at is null;
create index keys_overdue on keys (class, activated_at) where state = 'active' and superseded_at is null;
create index keys_in_grace on keys (grace_ends_at, id) where state = 'retiring';
create index keys_dead on keys (coalesce(revoked_at, expires_at)) where state in ('revoked', 'expired') and forgotten_at is null;
create index keys_gone on keys (slug) where state in ('revoked', 'expired') and superseded_at is null;
create index keys_undated on keys (environment, slug) where superseded_at is null and expires_at is null and state in ('active', 'suspended');
create index keys_administering on keys (administers) where administers is not null;
create index keys_signing on keys (activated_at) where public_jwk is not null;
create index keys_by_predecessor on keys (predecessor) where predecessor is not null;

-- How many current keys there are of each kind, so that a figure never costs a look at every key.
create table key_counts (
  service text not null,
  environment text not null,
  class text not null,
  state text not null,
  count integer not null,
  constraint key_counts_pk primary key (service, environment, class, state)
) strict, without rowid;
insert into key_counts select service, environment, class, state, count(*) from keys where superseded_at is null group by 1, 2, 3, 4;
create trigger key_counts_insert after insert on keys when new.superseded_at is null begin
  insert into key_counts values (new.service, new.environment, new.class, new.state, 1) on conflict do update set count = count + 1;
end;
create trigger key_counts_leave after update of service, environment, class, state, superseded_at on keys when old.superseded_at is null begin
  update key_counts set count = count - 1
    where service = old.service and environment = old.environment and class = old.class and state = old.state;
end;
create trigger key_counts_enter after update of service, environment, class, state, superseded_at on keys when new.superseded_at is null begin
  insert into key_counts values (new.service, new.environment, new.class, new.state, 1) on conflict do update set count = count + 1;
end;
`;
