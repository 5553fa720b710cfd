import type { KnownBlock, ModalView } from '@slack/types';
import type { Ask } from '../../domain/incident.ts';
import type { NoLeadsTo } from '../../engine/engine.ts';
import {
  actions,
  at,
  bold,
  button,
  context,
  header,
  type Line,
  line,
  lines,
  plain,
  radio,
  textInput,
} from '../blocks.ts';
import { LIMITS, type Message } from '../limits.ts';
import { cut, escapeMrkdwn, oneLine } from '../text.ts';

export interface AskCard {
  id: string;
  token: string;
  question: string;
  key: string | null;
  runbook: string;
  assignee: string;
  assigned: readonly string[];
  createdAt: Date;
  dueAt: Date | null;
  overdue: boolean;
  answer: { yes: boolean; evidence: string; by: string; at: Date } | null;
}

/** Something only people can do or see. */
export function askCard(ask: AskCard): Message {
  const question = cut(oneLine(ask.question), 250);
  const title = ask.answer === null ? 'A question for you' : `Answered: ${ask.answer.yes ? 'yes' : 'no'}`;
  const facts: Line[] = [
    [bold('For '), cut(ask.assigned.join(', ') || ask.assignee, 300)],
    [bold('Key '), cut(ask.key ?? 'none', 320)],
    ...(ask.answer === null ? [waitingLine(ask)] : [answerLine(ask.answer)]),
  ];
  const blocks: KnownBlock[] = [
    header(title),
    line(question),
    lines(facts),
    ...actions(
      'ask',
      ask.answer === null ? [button({ action: 'answer', token: ask.token, label: 'Answer', style: 'primary' })] : [],
    ),
    context(`${ask.id} · ${cut(ask.runbook, 80)}`),
  ];
  return { text: `${title}: ${escapeMrkdwn(question)}`, blocks };
}

function waitingLine(ask: AskCard): Line {
  const due: Line = ask.dueAt === null ? [] : [ask.overdue ? ', OVERDUE since ' : ', due ', at(ask.dueAt)];
  return [bold('Waiting '), 'since ', at(ask.createdAt), ...due];
}

function answerLine({ yes, evidence, by, at: when }: NonNullable<AskCard['answer']>): Line {
  const how = evidence.trim() === '' ? '' : `: ${cut(evidence, 400)}`;
  return [bold(yes ? '✓ Yes ' : '✗ No '), `by ${cut(by, 100)}, `, at(when), how];
}

export const ANSWER_FORM = 'answer';

export function answerModal(ask: Pick<Ask, 'token' | 'question' | 'evidence'> & { no: NoLeadsTo }): ModalView {
  const evidence = EVIDENCE[ask.evidence];
  return {
    type: 'modal',
    callback_id: ANSWER_FORM,
    private_metadata: ask.token,
    title: plain('Answer', LIMITS.viewTitle),
    submit: plain('Send', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line(bold(cut(ask.question, 400))),
      radio({
        id: 'answer',
        label: 'Your answer',
        options: [
          { value: 'yes', label: 'Yes' },
          { value: 'no', ...NO[ask.no] },
        ],
      }),
      textInput({
        id: 'evidence',
        label: evidence.label,
        hint: evidence.hint,
        optional: true,
        multiline: ask.evidence !== 'url',
      }),
    ],
  };
}

const NO = {
  ends: { label: 'No', description: 'No takes back what can be taken back and ends the run.' },
  goes_on: { label: 'No', description: 'The step fails, and the run goes on without it.' },
  waits: { label: 'Not yet', description: 'Not yet: the question stays open.' },
} as const;

const EVIDENCE = {
  none: { label: 'Remark', hint: 'Goes into the summary. Never paste a key here.' },
  text: { label: 'How do you know?', hint: 'One line; it goes into the summary. Never paste a key here.' },
  url: { label: 'Link that shows it', hint: 'For instance https://ci.example.com/deploy/42. Never paste a key here.' },
} as const;
