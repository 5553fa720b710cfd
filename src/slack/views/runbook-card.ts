import { actions, at, atMost, bold, bullets, button, context, header, type Line, lines } from '../blocks.ts';
import { fitting, type Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

export interface RunbookCard {
  id: string;
  title: string;
  owner: string;
  /** A day. */
  reviewBy: string;
  hash: string;
  /** Why somebody has to look at it; null while nothing is due. */
  due: string | null;
  proven: { at: Date; how: string; isThisText: boolean } | null;
  appliesTo: readonly string[];
  startsOn: readonly string[];
  inputs: readonly string[];
  /** `voices` and `from` where policy.yaml has the rule. */
  approvals: readonly { step: string; rule: string | null; voices: number | null; from: readonly string[] }[];
  /** The steps that cannot be taken back. */
  noWayBack: readonly string[];
  phases: readonly { name: string; waived: string | null; steps: readonly { id: string; uses: string }[] }[];
}

/** One runbook: who looks after it, who decides in it, what it does, and what can be done with it from here. */
export function runbookCard(card: RunbookCard): Message {
  return fitting([() => drawn(card, 40), () => drawn(card, 15), () => drawn(card, 6)]);
}

function drawn(card: RunbookCard, most: number): Message {
  const { id, title, phases, hash } = card;
  return {
    text: escapeMrkdwn(`${id}: ${cut(title, 300)}`),
    blocks: [
      header(cut(id, 140)),
      lines([[cut(title, 300) || '–'], ...factsOf(card)]),
      ...phases.slice(0, 8).map((phase) => phaseBlock(phase, most)),
      ...actions('runbook', [
        button({ action: 'runbook_plan', token: id, label: 'Plan' }),
        button({ action: 'runbook_run', token: id, label: 'Run…', style: 'primary' }),
      ]),
      context(
        `${hash.slice(0, 8)} · every word of it: docs/runbooks/${cut(id, 60)}.md or rekey runbooks show ${cut(id, 60)}`,
      ),
    ],
  };
}

function factsOf(card: RunbookCard): Line[] {
  const { owner, reviewBy, due, proven, appliesTo, startsOn, inputs, approvals, noWayBack } = card;
  return [
    [bold('Owner '), `${cut(owner, 100)}, review by ${reviewBy}`, ...(due === null ? [] : [bold(' needs a look')])],
    [bold('Last proven '), ...provenWords(proven)],
    [bold('For '), cut(appliesTo.join(', ') || 'no key', 300)],
    [bold('Starts on '), cut(startsOn.join('; ') || 'a request, or another runbook', 400)],
    [bold('Inputs '), cut(inputs.join(', ') || 'none', 400)],
    ...(approvals.length === 0
      ? [[bold('Approval '), 'nobody is asked']]
      : atMost(approvals, 6, ({ step, rule, voices, from }): Line => {
          const who = voices === null ? 'whom its rule names then' : `${voices} of ${from.join(', ')}`;
          return [
            bold('Approval '),
            `${cut(step, 64)}: ${cut(who, 300)}${rule === null ? '' : ` (rule ${cut(rule, 60)})`}`,
          ];
        })),
    [bold('No way back '), cut(noWayBack.join(', ') || 'everything can be taken back', 300)],
  ];
}

function provenWords(proven: RunbookCard['proven']): Line {
  if (proven === null) return ['never'];
  return [
    at(proven.at, '{date_short_pretty}'),
    ` by a ${proven.how}${proven.isThisText ? '' : ', with an earlier text'}`,
  ];
}

function phaseBlock({ name, waived, steps }: RunbookCard['phases'][number], most: number) {
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  if (waived !== null) return lines([[bold(`${title} `), `– waived: ${cut(waived, 200)}`]]);
  return bullets(
    [bold(title)],
    atMost(steps, most, ({ id, uses }): Line => [bold(cut(id, 64)), ` ${cut(uses, 40)}`]),
  );
}
