/** Who trusts our keys and how far each has come with a new one; and the canaries of new keys. */
export const peers = /* sql */ `
create table peers (
  name text not null constraint peers_pk primary key,
  contact text not null,
  connection text,
  pins text not null,
  registered_at text not null,
  removed_at text
) strict;

create table peer_progress (
  peer text not null constraint peer_progress_peer_fk references peers (name),
  key_id text not null constraint peer_progress_key_fk references keys (id),
  notified_at text,
  notified_evidence text,
  acknowledged_at text,
  acknowledged_evidence text,
  pinned_at text,
  pinned_evidence text,
  pulled_at text,
  pulled_evidence text,
  waived_at text,
  waived_by text,
  waived_reason text,
  constraint peer_progress_pk primary key (peer, key_id),
  constraint peer_progress_waiver_has_a_name check ((waived_at is null) = (waived_by is null))
) strict;
create index peer_progress_by_key on peer_progress (key_id);

create table canaries (
  id text not null constraint canaries_pk primary key,
  run_id text not null constraint canaries_run_fk references runs (id),
  step_id text not null,
  key_id text not null constraint canaries_key_fk references keys (id),
  members text not null,
  began_at text not null,
  delivered_at text,
  rounds integer not null,
  probes integer not null,
  failures integer not null,
  missed text,
  ended_at text,
  outcome text constraint canaries_outcome_known check (outcome in ('healthy', 'returned')),
  constraint canaries_ended_with_outcome check ((ended_at is null) = (outcome is null))
) strict;
create trigger canaries_never_reopened before update of outcome on canaries when old.outcome is not null
begin select raise(abort, 'canaries: this one has ended'); end;
`;
