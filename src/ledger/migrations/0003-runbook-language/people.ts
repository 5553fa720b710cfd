/** Checklists and forms, reminders, escalation and push-back of questions. */
export const people = /* sql */ `
alter table asks add column form text not null default '{"kind":"question"}';
alter table asks add column reminders text not null default '{"beforeMs":[],"againMs":null,"most":0,"escalateTo":null,"escalateAfterMs":null}';
alter table asks add column reminded integer not null default 0;
alter table asks add column escalation text;
alter table asks add column push_back_to text not null default '[]';
alter table asks add column pushed_back text;

create trigger asks_pushed_back_once before update of pushed_back on asks
when old.pushed_back is not null or old.answer is not null
begin select raise(abort, 'asks: already over'); end;
create trigger asks_no_answer_after_push_back before update of answer on asks when old.pushed_back is not null
begin select raise(abort, 'asks: sent back, not asked any more'); end;
-- A reminder is counted once: whoever counts it again after a crash is refused, and with it the message.
create trigger asks_reminded_forward before update of reminded on asks when new.reminded <= old.reminded
begin select raise(abort, 'asks: this reminder was sent'); end;
create trigger asks_escalated_once before update of escalation on asks when old.escalation is not null
begin select raise(abort, 'asks: already escalated'); end;

create table ask_marks (
  ask_id text not null constraint ask_marks_ask_fk references asks (id),
  item text not null,
  mark text not null constraint ask_marks_known check (mark in ('done', 'not_applicable')),
  reason text not null,
  marked_by text not null,
  at text not null,
  constraint ask_marks_pk primary key (ask_id, item),
  constraint ask_marks_reason check (mark = 'done' or reason <> '')
) strict, without rowid;
`;
