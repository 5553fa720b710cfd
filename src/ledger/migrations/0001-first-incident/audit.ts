export const audit = /* sql */ `
create table audit (
  seq integer not null constraint audit_pk primary key,
  at text not null,
  actor text not null,
  channel text not null,
  action text not null,
  subject text not null,
  incident_id text,
  run_id text,
  step_id text,
  plan_hash text,
  details text not null,
  prev_hash text not null,
  hash text not null
) strict;
create index audit_by_incident on audit (incident_id, seq);
create index audit_by_subject on audit (subject, seq);
create trigger audit_no_update before update on audit begin select raise(abort, 'audit: append-only'); end;
-- INSERT OR REPLACE deletes without asking the trigger below.
create trigger audit_no_replace before insert on audit when exists (select 1 from audit where seq = new.seq)
begin select raise(abort, 'audit: append-only'); end;
create trigger audit_no_delete before delete on audit begin select raise(abort, 'audit: append-only'); end;

create table audit_head (
  id integer not null constraint audit_head_pk primary key constraint audit_head_single check (id = 1),
  seq integer not null,
  hash text not null
) strict;
insert into audit_head (id, seq, hash) values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
`;
