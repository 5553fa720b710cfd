import { RunId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import { healthOf, nameOf } from '../../domain/key.ts';
import { assertMay } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import { loadKey } from '../load/key.ts';
import { openIncidents } from '../load/open-incidents.ts';
import { loadRun } from '../load/run.ts';
import type { Desk, Moment } from '../moment.ts';
import { keyCard } from '../views/key-card.ts';
import { openRuns } from '../views/open-runs.ts';
import { rotateHelp } from '../views/rotate-help.ts';
import { rotateModal } from '../views/rotate-modal.ts';
import { runProgress } from '../views/run-progress.ts';
import { say } from '../views/say.ts';
import type { SlashCommand } from './contract.ts';
import { keyNamed } from './key-named.ts';
import { type RotateIntent, rotateIntent } from './rotate-intent.ts';
import { startPlanned } from './start-planned.ts';
import { startRotation } from './start-rotation.ts';

/** `/rotate-key`: starts an emergency replacement, and tells of those under way. */
export const rotateKey: SlashCommand = {
  command: '/rotate-key',
  description: 'Replace a key that expired, leaked or was misused',
  usageHint:
    '[key] [expired|suspected|leaked|exploited|planned] [because "reason"] · status · show KEY · cancel RUN · help',
  verbs: [],
  run: async (typed, moment, desk) => {
    const intent = rotateIntent(typed);
    switch (intent.kind) {
      case 'form':
        return form({ slug: null, situation: null, reason: '', hint: null }, moment);
      case 'help':
        return moment.show(rotateHelp(await mayRotate(moment, desk)));
      case 'status':
        return status(intent.run, moment, desk);
      case 'show':
        return show(intent.slug, moment, desk);
      case 'cancel':
        return cancel(intent, moment, desk);
      case 'planned':
        return startPlanned(intent, moment, desk);
      case 'rotate':
        return rotate(intent, moment, desk);
      default:
        return intent satisfies never;
    }
  },
};

async function form(start: Omit<Parameters<typeof rotateModal>[0], 'channel'>, moment: Moment): Promise<void> {
  const opened = await moment.openModal(rotateModal({ ...start, channel: moment.channel ?? '' }));
  if (opened) return;
  throw new Refusal(
    'incomplete_command',
    `${start.hint ?? 'The form could not be opened.'} Type it in one line, for instance: /rotate-key payments-prod exploited because "token in a public gist"`,
  );
}

async function rotate(intent: Extract<RotateIntent, { kind: 'rotate' }>, moment: Moment, desk: Desk): Promise<void> {
  const key = await keyNamed(intent.slug, desk);
  if (intent.situation === null && healthOf(key, desk.now()) !== 'expired') {
    // Asked before the form, so that nobody fills one in only to be refused.
    await assertMayRotate(key, moment, desk);
    const hint = `${nameOf(key)} has not expired, so say what happened to it.`;
    return form({ slug: key.slug, situation: null, reason: intent.reason, hint }, moment);
  }
  return startRotation({ slug: key.slug, situation: intent.situation, reason: intent.reason }, moment, desk);
}

async function status(run: string | null, moment: Moment, desk: Desk): Promise<void> {
  if (run === null) {
    const incidents = await openIncidents(desk.ledger);
    const rows = incidents.map(async (incident) => ({ incident, runs: await desk.ledger.runsOfIncident(incident.id) }));
    return moment.show(openRuns(await Promise.all(rows)));
  }
  const found = await desk.ledger.run(RunId.parse(run));
  const progress = await loadRun(desk, run);
  if (found === null || progress === null)
    throw new Refusal('unknown_run', `There is no run "${run}". Type /rotate-key status to see those under way.`);
  await assertMayRead(found.key === null ? null : await desk.ledger.key(found.key), moment, desk);
  return moment.show(runProgress(progress));
}

async function show(slug: string, moment: Moment, desk: Desk): Promise<void> {
  const key = await keyNamed(slug, desk);
  await assertMayRead(key, moment, desk);
  return moment.show(keyCard(await loadKey(desk, key)));
}

async function cancel(intent: { run: string; reason: string }, moment: Moment, desk: Desk): Promise<void> {
  await desk.engine.cancel(RunId.parse(intent.run), { ...moment.origin, reason: intent.reason });
  return moment.show(
    say(`${intent.run} is being cancelled: what can be taken back is taken back. Its message shows how far it is.`),
  );
}

async function assertMayRead(key: Key | null, moment: Moment, { policy }: Desk): Promise<void> {
  assertMay((await policy()).policy, 'read', { actor: moment.origin.actor, subject: key ?? NOBODY });
}

async function assertMayRotate(key: Key, moment: Moment, { policy }: Desk): Promise<void> {
  assertMay((await policy()).policy, 'rotate', { actor: moment.origin.actor, subject: key });
}

async function mayRotate(moment: Moment, { policy }: Desk): Promise<boolean> {
  const { may } = (await policy()).policy;
  const listed = may.rotate ?? [];
  try {
    assertMay((await policy()).policy, 'rotate', { actor: moment.origin.actor, subject: NOBODY });
    return true;
  } catch (error) {
    if (error instanceof Refusal) return listed.includes('owner') || listed.includes('escalation');
    throw error;
  }
}

const NOBODY = { owner: null, escalation: null };
