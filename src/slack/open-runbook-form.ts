import { ROTATION_RUNBOOK } from '../engine/rotations/runbook.ts';
import { EMERGENCY_RUNBOOK, LEAK_RUNBOOK } from '../engine/start.ts';
import { Refusal } from '../errors.ts';
import { mayWithSomeKey } from './commands/offered.ts';
import type { Desk, Moment } from './moment.ts';
import { pickRunbookForm, type RunbookForm, type RunbookFormMetadata, runbookForm } from './views/runbook-form.ts';

/** What is known already; `runbook` null: which one is asked first. */
interface Begun {
  runbook: string | null;
  key: string | null;
  inputs: Readonly<Record<string, string>>;
  reason: string;
  hint: string | null;
}

/** The form of a runbook's inputs, filled in with what was said; for a line of words, a button, and a message that somebody pointed at. */
export async function openRunbookForm(begun: Begun, moment: Moment, desk: Desk): Promise<void> {
  await assertMayRunSome(moment, desk);
  const { channel, thread } = moment;
  const view =
    begun.runbook === null
      ? pickRunbookForm({ channel, thread, reason: begun.reason, runbooks: offeredByHand(desk) })
      : runbookForm(formOf({ ...begun, runbook: begun.runbook }, { channel, thread, runbook: begun.runbook }, desk));
  if (await moment.openModal(view)) return;
  throw new Refusal(
    'incomplete_command',
    `${begun.hint ?? 'The form could not be opened.'} Type it in one line, for instance: /runbook run ${begun.runbook ?? 'R-REKEY-CONTROLLED'} payments-prod because "a new quarter"`,
  );
}

export function formOf(
  { key, inputs: given, reason, hint }: Omit<Begun, 'runbook'> & { runbook: string },
  place: Omit<RunbookFormMetadata, 'reason'>,
  { shelf }: Pick<Desk, 'shelf'>,
): RunbookForm {
  const { inputs, title } = shelf.named(place.runbook);
  const names = Object.entries(inputs).flatMap(([name, { type }]) => (type === 'key' ? [name] : []));
  const main = names.includes('key') ? 'key' : names[0];
  return {
    ...place,
    title,
    inputs,
    given: { ...(key !== null && main !== undefined && { [main]: key }), ...given },
    reason,
    hint,
  };
}

const OTHERS: readonly string[] = [ROTATION_RUNBOOK, EMERGENCY_RUNBOOK, LEAK_RUNBOOK];

function offeredByHand({ shelf }: Desk): { id: string; title: string }[] {
  return [...shelf.all().values()].filter(({ id }) => !OTHERS.includes(id)).sort((a, b) => a.id.localeCompare(b.id));
}

/** Asked before the form, so that nobody fills one in only to be refused. */
async function assertMayRunSome(moment: Moment, desk: Desk): Promise<void> {
  if (await mayWithSomeKey('run')(moment, desk)) return;
  const listed = (await desk.policy()).policy.may.run ?? [];
  throw new Refusal(
    'not_allowed',
    `${moment.person} may not run runbooks. Who may: ${listed.join(', ') || 'nobody yet: add people under `may` in policy.yaml'}.`,
  );
}
