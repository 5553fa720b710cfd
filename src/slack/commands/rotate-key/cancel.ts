import { RotationId, RunId } from '../../../domain/ids.ts';
import { nameOf } from '../../../domain/key.ts';
import { Refusal } from '../../../errors.ts';
import { openRunOfName } from '../../load/open-run-of-name.ts';
import type { Desk, Moment } from '../../moment.ts';
import { openCancelForm } from '../../open-run-form.ts';
import { isReadable } from '../../readable.ts';
import { say } from '../../views/say.ts';
import type { Verb } from '../contract.ts';
import { keyNamed } from '../key-named.ts';
import { mayWithSomeKey } from '../offered.ts';
import type { Token } from '../tokens.ts';
import { assertNoMore, idOf, malformed, slugOf, splitReason } from '../words.ts';

const EXAMPLE = '/rotate-key cancel payments-prod because "wrong key"';

/**
 * A run, or a rotation (`rot-…`), such as one that is on the calendar and has no run yet. Whoever wakes up at night knows the name of the
 * key and no id, so a name does too, and nothing where only one run is under way. Who may is the engine's to say.
 */
export const cancelVerb: Verb = {
  verb: 'cancel',
  example: 'cancel payments-prod because "wrong key"',
  help: 'what can be taken back is taken back; by the name of the key, run-… or rot-…',
  offered: mayWithSomeKey('cancel'),
  run: async (typed, moment, desk) => {
    const { words, reason } = splitReason(typed, EXAMPLE);
    const [name, ...more] = words;
    assertNoMore(more, EXAMPLE);
    const meant = await whatIsMeant(name, moment, desk);
    if (meant.startsWith('run-') && reason === '')
      return openCancelForm({ run: meant, step: null, reason }, moment, desk);
    if (reason === '') throw malformed('cancelling needs a reason', `/rotate-key cancel ${meant} because "wrong key"`);
    const isRun = meant.startsWith('run-');
    if (isRun) await desk.engine.cancel(RunId.parse(meant), { ...moment.origin, reason });
    else await desk.rotations.cancel(RotationId.parse(meant), { ...moment.origin, reason });
    const seen = isRun ? ' Its message shows how far it is.' : '';
    return moment.show(say(`${meant} is being cancelled: what can be taken back is taken back.${seen}`));
  },
};

/** The id of a run or of a rotation. A key may be called run-something, so that name comes first. */
async function whatIsMeant(name: Token | undefined, moment: Moment, desk: Desk): Promise<string> {
  if (name === undefined) return onlyRun(moment, desk);
  const [, prefix] = /^(run|rot)-/i.exec(name.text) ?? [];
  if (prefix !== undefined && (await desk.ledger.keyBySlug(name.text.toLowerCase())) === null)
    return idOf(name, { prefix: prefix.toLowerCase(), what: prefix === 'rot' ? 'rotation' : 'run', example: EXAMPLE });
  return ofKey(slugOf(name, EXAMPLE), moment, desk);
}

async function ofKey(name: string, moment: Moment, desk: Desk): Promise<string> {
  const key = await keyNamed(name, 'read', { moment, desk });
  const run = await openRunOfName(desk.ledger, key);
  if (run !== null) return run.id;
  const rotation = await desk.ledger.openRotationOf(key.slug);
  if (rotation !== null) return rotation.id;
  throw new Refusal('no_run', `Nothing is under way for ${nameOf(key)}. /rotate-key status lists what is.`);
}

const MOST_LISTED = 5;

async function onlyRun(moment: Moment, desk: Desk): Promise<string> {
  const open = [];
  for (const id of await desk.ledger.newestRuns({ open: true, limit: MOST_LISTED + 1 })) {
    const run = await desk.ledger.run(RunId.parse(id));
    if (run !== null && (await isReadable(run, moment, desk))) open.push(run);
  }
  const [only, ...others] = open;
  if (only !== undefined && others.length === 0) return only.id;
  if (only === undefined) throw new Refusal('no_run', 'No run is under way, so there is nothing to cancel.');
  const ids = open.slice(0, MOST_LISTED).map(({ id, runbook }) => `${id} (${runbook.id})`);
  throw new Refusal('which_run', `Say which run is meant: ${ids.join(', ')}. Type for instance: ${EXAMPLE}`);
}
