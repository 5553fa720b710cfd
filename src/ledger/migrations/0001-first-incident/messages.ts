export const messages = /* sql */ `
create table messages (
  id text not null constraint messages_pk primary key,
  surface text not null,
  subject text not null,
  address text not null,
  thread_of text constraint messages_thread_fk references messages (id),
  channel text,
  ts text,
  created_at text not null,
  constraint messages_one_per_fact unique (surface, subject, address)
) strict;
create index messages_by_subject on messages (subject);

create table outbox (
  position integer primary key autoincrement,
  message_id text not null constraint outbox_message_once unique constraint outbox_message_fk references messages (id),
  version integer not null,
  sent_version integer not null,
  due_at text not null,
  attempts integer not null,
  sending integer not null,
  error text,
  gave_up_at text
) strict;
create index outbox_due on outbox (due_at) where version > sent_version and gave_up_at is null;

create table inbox (
  id text not null constraint inbox_pk primary key,
  kind text not null,
  payload text not null,
  received_at text not null,
  handled_at text
) strict;
create index inbox_unhandled on inbox (received_at) where handled_at is null;

create table dedupe (
  source text not null,
  id text not null,
  run_id text,
  incident_id text,
  at text not null,
  constraint dedupe_once primary key (source, id)
) strict, without rowid;
`;
