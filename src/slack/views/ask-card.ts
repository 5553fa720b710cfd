import type { Button, KnownBlock } from '@slack/types';
import { webAddress } from '../../domain/ask-answers.ts';
import type { AskForm } from '../../domain/ask-form.ts';
import { type Progress, progressText } from '../../domain/ask-progress.ts';
import { actions, at, atMost, bold, button, context, header, type Line, line, lines, type Part } from '../blocks.ts';
import { fitting, type Message } from '../limits.ts';
import { cut, escapeMrkdwn, oneLine } from '../text.ts';

export interface AskCard {
  id: string;
  token: string;
  question: string;
  kind: AskForm['kind'];
  key: string | null;
  runbook: string;
  assignee: string;
  assigned: readonly string[];
  createdAt: Date;
  dueAt: Date | null;
  overdue: boolean;
  /** True on the message that reminds of it. */
  reminds: boolean;
  /** Of a checklist. */
  progress: Progress | null;
  escalated: readonly string[];
  mayPushBack: boolean;
  pushedBack: { to: string; by: string; at: Date; reason: string } | null;
  /** Why nobody waits for an answer any more, although there is none. */
  over: string | null;
  answer: {
    yes: boolean;
    evidence: string;
    by: string;
    at: Date;
    filled: readonly { label: string; value: string }[];
  } | null;
}

/** Something only people can do or see: who it waits for, how far it is, and what was said in the end. */
export function askCard(ask: AskCard): Message {
  return fitting([() => drawn(ask, 400), () => drawn(ask, 120), () => drawn(ask, 40)]);
}

function drawn(ask: AskCard, room: number): Message {
  const question = cut(oneLine(ask.question), 250);
  const title = titleOf(ask);
  const facts: Line[] = [
    [bold('For '), cut(ask.assigned.join(', ') || ask.assignee, 300)],
    ...(ask.escalated.length === 0
      ? []
      : [[bold('Besides '), `${cut(ask.escalated.join(', '), 300)}, because it is overdue`]]),
    [bold('Key '), cut(ask.key ?? 'none', 320)],
    ...(ask.progress === null ? [] : [progressLine(ask.progress, room)]),
    ...stateLines(ask, room),
  ];
  const blocks: KnownBlock[] = [
    header(title),
    line(question),
    lines(facts),
    ...actions('ask', buttonsOf(ask)),
    context(`${ask.id} · ${cut(ask.runbook, 80)}`),
  ];
  return { text: `${title}: ${escapeMrkdwn(question)}${textOf(ask)}`, blocks };
}

function titleOf({ kind, answer, pushedBack, over, reminds, overdue }: AskCard): string {
  if (pushedBack !== null) return `Sent back to ${cut(pushedBack.to, 60)}`;
  if (answer !== null) return kind === 'question' ? `Answered: ${answer.yes ? 'yes' : 'no'}` : ANSWERED[kind];
  if (over !== null) return 'Not asked any more';
  if (reminds) return overdue ? 'Reminder: this is overdue' : 'Reminder: this is due soon';
  return WAITING[kind];
}

const WAITING = { question: 'A question for you', checklist: 'A checklist for you', form: 'A form for you' } as const;
const ANSWERED = { checklist: 'Checklist done', form: 'Form filled in' } as const;
const LABELS = { question: 'Answer', checklist: 'Tick items', form: 'Fill in' } as const;

function textOf({ progress, answer, over }: AskCard): string {
  if (over !== null && answer === null) return ` (${escapeMrkdwn(cut(over, 300))})`;
  return progress === null || answer !== null ? '' : ` (${progressText(progress)})`;
}

function buttonsOf({ token, kind, answer, pushedBack, over, mayPushBack }: AskCard): Button[] {
  if (answer !== null || pushedBack !== null || over !== null) return [];
  const back = button({ action: 'push_back', token, label: 'Not possible yet…' });
  return [
    button({ action: 'answer', token, label: LABELS[kind], style: 'primary' }),
    button({ action: 'hand_over', token, label: 'Hand over…' }),
    ...(mayPushBack ? [back] : []),
  ];
}

function progressLine(progress: Progress, room: number): Line {
  const left = progress.left.map((item) => cut(oneLine(item.label), 60));
  return [bold('Progress '), progressText(progress), left.length === 0 ? '' : `; open: ${cut(left.join(', '), room)}`];
}

function stateLines(ask: AskCard, room: number): Line[] {
  if (ask.pushedBack !== null) {
    const { to, by, at: when, reason } = ask.pushedBack;
    return [[bold('↶ Back '), `to ${cut(to, 60)}, by ${cut(by, 100)}, `, at(when), `: ${cut(reason, room)}`]];
  }
  if (ask.answer !== null) return answerLines(ask, ask.answer, room);
  return ask.over === null ? [waitingLine(ask)] : [[bold('Over '), cut(ask.over, room)]];
}

function waitingLine(ask: AskCard): Line {
  if (ask.dueAt === null) return [bold('Waiting '), 'since ', at(ask.createdAt)];
  if (ask.overdue) return [bold('OVERDUE '), 'since ', at(ask.dueAt), ', asked ', at(ask.createdAt)];
  return [bold('Waiting '), 'since ', at(ask.createdAt), ', due ', at(ask.dueAt)];
}

const MOST_FIELDS = 20;

function answerLines({ kind }: AskCard, answer: NonNullable<AskCard['answer']>, room: number): Line[] {
  const { yes, evidence, by, at: when, filled } = answer;
  const said = kind === 'question' ? (yes ? '✓ Yes ' : '✗ No ') : '✓ Done ';
  const how: Line = evidence.trim() === '' ? [] : [': ', shownText(evidence, room)];
  return [
    [bold(said), `by ${cut(by, 100)}, `, at(when), ...how],
    ...atMost(filled, MOST_FIELDS, ({ label, value }) => [bold(`${cut(oneLine(label), 80)} `), shownText(value, room)]),
  ];
}

/** A link only where the text is one and nothing else; otherwise it is shown as it was written. */
function shownText(text: string, room: number): Part {
  const url = webAddress(text);
  return url === null ? cut(text, room) : { type: 'link', url: url.href, text: cut(text.trim(), room) };
}
