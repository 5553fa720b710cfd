import { tokenOf } from '../demo/people.ts';
import type { Ask } from '../domain/incident.ts';
import { Refusal } from '../errors.ts';
import { act } from '../rehearsal/act.ts';
import type { GivenAnswer } from '../rehearsal/answer-schema.ts';
import type { Awaited } from '../rehearsal/awaited.ts';
import { LIMITS } from '../slack/limits.ts';
import { blockOf, DONE_BLOCK } from '../slack/views/ask-form.ts';
import type { Message } from '../workspace/state/message.ts';
import type { View } from '../workspace/state/view.ts';
import type { ActingPerson, FormValues } from '../workspace/workspace.ts';
import type { Stage } from './stage.ts';

const WAIT_MS = 15_000;

/** What somebody does where the rehearsal has no line for them: whoever is asked first agrees, in writing. */
export function answerOfItself({ for: wanted, run }: Awaited): GivenAnswer | null {
  if (wanted.kind === 'approval') {
    const who = wanted.approval.asked.find((person) => `person:${person}` !== run.requestedBy);
    return who === undefined ? null : { approve: who, reason: 'Seen in the drill; go.', after: 60_000 };
  }
  if (wanted.kind !== 'ask') return null;
  const { ask } = wanted;
  const [who] = ask.assigned;
  if (who === undefined) return null;
  const evidence = ask.evidence === 'url' ? 'https://ci.example.com/drill/1' : 'seen in the drill';
  if (ask.form.kind === 'question') return { yes: who, evidence, after: 120_000 };
  if (ask.form.kind === 'form') return null;
  const items = ask.form.items.filter(({ required }) => required).map(({ id }) => id);
  return { ticks: who, items, evidence, after: 120_000 };
}

/** They press the real buttons of the local Slack. What has no button there goes through the same verbs as the command line. */
export async function play(stage: Stage, at: Awaited, answer: GivenAnswer): Promise<void> {
  const pressed = inSlack(at, answer);
  if (pressed === null || answer.refused !== undefined) {
    stage.say(personIn(answer), `${Object.keys(answer)[0]?.replaceAll('_', ' ')} at ${at.names[0]} (command line)`);
    return act(stage, at, answer);
  }
  const { person: name, button, token, form, what } = pressed;
  const person = personNamed(stage, name);
  const card = await person.waitForMessage((message) => hasButton(message, { button, token }), { timeoutMs: WAIT_MS });
  for (const left of person.views()) await person.close(left, { all: true });
  const clicked = await person.click(card, button);
  if (!clicked.ok) throw new Refusal('press_refused', `${name} pressed ${button} and read: ${clicked.shown}`);
  const view = await person.waitForView((one) => one.privateMetadata.includes(token), { timeoutMs: WAIT_MS });
  const sent = await person.submit(view, form(view));
  if (!sent.ok)
    throw new Refusal(
      'press_refused',
      `${name} sent the form of ${at.names[0]} and read: ${sent.shown} ${JSON.stringify(sent.fields ?? {})}`,
    );
  stage.say(name, what);
}

interface Pressed {
  person: string;
  button: string;
  token: string;
  form: (view: View) => FormValues;
  what: string;
}

function inSlack({ for: wanted }: Awaited, answer: GivenAnswer): Pressed | null {
  if (wanted.kind === 'approval' && ('approve' in answer || 'deny' in answer)) {
    const { approval } = wanted;
    const decision = 'approve' in answer ? 'approve' : 'deny';
    const person = 'approve' in answer ? answer.approve : answer.deny;
    return {
      person,
      button: 'review',
      token: approval.token,
      form: (view) => ({
        [blockThatBegins(view, 'decision')]: decision,
        reason: answer.reason,
        ...(has(view, 'confirm') ? { confirm: approval.subject.confirm } : {}),
      }),
      what: `${decision === 'approve' ? 'approves' : 'rejects'}: ${approval.question}`,
    };
  }
  return wanted.kind === 'ask' ? onAsk(wanted.ask, answer) : null;
}

function onAsk(ask: Ask, answer: GivenAnswer): Pressed | null {
  const common = { button: 'answer', token: ask.token };
  if ('yes' in answer || 'no' in answer) {
    const [person, said] = 'yes' in answer ? [answer.yes, 'yes'] : [answer.no, 'no'];
    const { evidence } = answer;
    // A file is named with its hash; that kind of evidence is left to the verb.
    if (ask.evidence === 'file' && said === 'yes') return null;
    const what = `answers ${said}${evidence === '' ? '' : ` (${evidence})`}: ${ask.question}`;
    return { ...common, person, form: () => ({ answer: said, evidence }), what };
  }
  if ('ticks' in answer && ask.form.kind === 'checklist' && ask.evidence !== 'file') {
    const { items, evidence, ticks: person } = answer;
    const form = () => ({ ...ticked(ask, items), evidence });
    return { ...common, person, form, what: `ticks ${items.join(', ')}: ${ask.question}` };
  }
  if ('fills' in answer && ask.evidence !== 'file') {
    const typeOf = (field: string) =>
      (ask.form.kind === 'form' ? ask.form.fields : []).find(({ id }) => id === field)?.type;
    const shown = (field: string, text: string) => (typeOf(field) === 'bool' ? (YES_OR_NO[text] ?? text) : text);
    const fields = Object.entries(answer.fields).map(([field, text]) => [blockOf(field), shown(field, text)] as const);
    // Who is chosen in a form is a Slack account there and a name in the rehearsal.
    if (ask.form.kind === 'form' && ask.form.fields.some(({ type }) => type === 'person')) return null;
    const form = () => ({ ...Object.fromEntries(fields), evidence: answer.evidence });
    return { ...common, person: answer.fills, form, what: `fills in: ${ask.question}` };
  }
  return null;
}

/** How the form of Slack calls what a rehearsal may also write as in YAML. */
const YES_OR_NO: Readonly<Record<string, string>> = { true: 'yes', false: 'no' };

function ticked({ form, marks }: Ask, items: readonly string[]): FormValues {
  if (form.kind !== 'checklist') return {};
  const wanted = new Set([...items, ...marks.filter(({ mark }) => mark === 'done').map(({ item }) => item)]);
  const blocks = Math.ceil(form.items.length / LIMITS.checkboxes);
  return Object.fromEntries(
    Array.from({ length: blocks }, (_, index) => {
      const group = form.items.slice(index * LIMITS.checkboxes, (index + 1) * LIMITS.checkboxes);
      return [`${DONE_BLOCK}${index}`, group.map(({ id }) => id).filter((id) => wanted.has(id))];
    }),
  );
}

function personNamed({ workspace, drilled }: Stage, name: string): ActingPerson {
  const slack = drilled.policy.people[name]?.slack;
  if (slack === undefined) throw new Refusal('unknown_person', `policy.yaml knows no ${name}, who acts in this drill.`);
  return workspace.person(slack);
}

function personIn(answer: GivenAnswer): string {
  return Object.values(answer).find((value) => typeof value === 'string') ?? 'somebody';
}

function hasButton(message: Message, { button, token }: { button: string; token: string }): boolean {
  return message.by === 'app' && tokenOf(message, button) === token;
}

function blockThatBegins(view: View, start: string): string {
  return view.blocks.find((block) => block.block_id.startsWith(start))?.block_id ?? start;
}

function has(view: View, block: string): boolean {
  return view.blocks.some(({ block_id }) => block_id === block);
}
