/** Messages that somebody deleted, or whose channel is out of reach: where they stood, and where they go instead. Alarms that are over. */
export const lostMessages = /* sql */ `
create table lost_messages (
  message_id text not null constraint lost_messages_message_fk references messages (id),
  reason text not null constraint lost_messages_reason check (reason in ('deleted', 'out_of_reach')),
  channel text,
  ts text,
  why text not null,
  lost_at text not null,
  constraint lost_messages_once primary key (message_id, reason)
) strict;
create index lost_messages_by_place on lost_messages (channel, ts) where ts is not null;

alter table outbox add column moved_because text;
alter table outbox add column moved_to_team integer not null default 0
  constraint outbox_moved_to_team check (moved_to_team in (0, 1));

alter table alarms add column ended_at text;
alter table alarms add column ended_because text;
create index alarms_open on alarms (kind) where ended_at is null;
`;
