/** Digests, who saw which key in them, and what people said of it: claims, snoozes, that nobody uses it. */
export const digests = /* sql */ `
create table digests (
  id text not null constraint digests_pk primary key,
  day text not null,
  kind text not null constraint digests_kind check (kind in ('daily', 'weekly', 'asked')),
  due_at text not null,
  ran_at text not null,
  channel text,
  parts integer not null constraint digests_parts check (parts >= 0),
  keys integer not null,
  more text not null,
  notes text not null,
  figures text,
  mention_channel integer not null constraint digests_mention check (mention_channel in (0, 1)),
  constraint digests_never_early check (ran_at >= due_at)
) strict;
create unique index digests_one_a_day on digests (day) where kind <> 'asked';
create index digests_by_time on digests (ran_at);

create table digest_items (
  digest_id text not null constraint digest_items_digest_fk references digests (id),
  key_id text not null constraint digest_items_key_fk references keys (id),
  position integer not null,
  part integer not null,
  section text not null,
  owners text not null,
  direct text not null,
  note text,
  constraint digest_items_pk primary key (digest_id, key_id)
) strict, without rowid;
create unique index digest_items_in_order on digest_items (digest_id, position);
create index digest_items_by_key on digest_items (key_id);

create table digest_impressions (
  digest_id text not null constraint digest_impressions_digest_fk references digests (id),
  message text not null,
  person text,
  shown_at text not null,
  constraint digest_impressions_pk primary key (digest_id, message)
) strict, without rowid;

create table expiry_claims (
  id text not null constraint expiry_claims_pk primary key,
  key_id text not null constraint expiry_claims_key_fk references keys (id),
  person text not null,
  claimed_at text not null,
  until text not null,
  lacked text not null,
  outcome text constraint expiry_claims_outcome check (outcome in ('done', 'let_go', 'released')),
  ended_at text,
  why text,
  constraint expiry_claims_end_has_time check ((outcome is null) = (ended_at is null))
) strict;
create unique index expiry_claims_one_open on expiry_claims (key_id) where outcome is null;
create index expiry_claims_due on expiry_claims (until) where outcome is null;
create index expiry_claims_by_key on expiry_claims (key_id);

create table expiry_snoozes (
  key_id text not null constraint expiry_snoozes_pk primary key constraint expiry_snoozes_key_fk references keys (id),
  until text not null,
  person text not null,
  snoozed_at text not null
) strict;
create index expiry_snoozes_by_end on expiry_snoozes (until);

create table unused_marks (
  id text not null constraint unused_marks_pk primary key,
  key_id text not null constraint unused_marks_key_fk references keys (id),
  person text not null,
  reason text not null,
  asked text not null,
  marked_at text not null,
  confirmed integer constraint unused_marks_confirmed check (confirmed in (0, 1)),
  answered_by text,
  answered_at text,
  constraint unused_marks_answer_has_time check ((confirmed is null) = (answered_at is null))
) strict;
create index unused_marks_by_key on unused_marks (key_id);
create unique index unused_marks_one_standing on unused_marks (key_id) where confirmed is null or confirmed = 1;
`;
