import { spanText } from '../../domain/duration.ts';
import { healthOf, type Key, nameOf } from '../../domain/key.ts';
import { pastPointOfNoReturn } from '../../domain/moves-back.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Run } from '../../domain/run.ts';
import { stepsToCome } from '../../domain/to-come.ts';
import { keyRef } from '../../steps/fields.ts';
import type { Sources } from '../deps.ts';
import type { BlastRadius } from '../views/blast-radius.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

interface About {
  run: Run | null;
  key: Key | null;
  plan: Plan | null;
}

/** What a yes would touch and what a no would leave, as far as the ledger knows now. */
export async function radiusOf(sources: Sources, { run, key, plan }: About): Promise<BlastRadius> {
  const { ledger, providers, now } = sources;
  const delayMs = key === null ? undefined : providers[key.provider]?.capabilities.enforcementDelayMs;
  const named = Object.values(run?.inputs ?? {}).flatMap((value) => keyRef.safeParse(value).data ?? []);
  const environments = [...(key === null ? [] : [key.environment]), ...named.map(({ environment }) => environment)];
  return {
    environments: [...new Set(environments)].sort(),
    otherKeys: await otherKeys(sources, key, named.map(nameOf)),
    callers: key === null ? [] : await ledger.callersOf(key.id, new Date(now().getTime() - WEEK_MS)),
    enforcement: delayMs === undefined ? null : enforcementText(delayMs),
    peers:
      key === null ? [] : (await ledger.peers()).flatMap(({ name, pins }) => (pins.includes(key.slug) ? [name] : [])),
    proven: run === null ? null : await provenOf(ledger, run),
    undo: run === null || plan === null ? 'What can be taken back is not known.' : undoText(plan, run),
    ifNot: key === null ? null : ifNotText(key, now()),
  };
}

/** Other versions that are still accepted, and other keys that the run was given. */
async function otherKeys({ ledger }: Sources, key: Key | null, named: readonly string[]): Promise<string[]> {
  const versions = key === null ? [] : await ledger.versionsOf(key.slug);
  const accepted = versions.filter(({ id, state }) => id !== key?.id && (state === 'active' || state === 'retiring'));
  const own = key === null ? null : nameOf(key);
  return [...new Set([...named, ...accepted.map(nameOf)])].filter((name) => name !== own).sort();
}

async function provenOf(ledger: Sources['ledger'], { runbook }: Run): Promise<BlastRadius['proven']> {
  const [last] = await ledger.runbookProofs(runbook.id, 1);
  return last === undefined
    ? null
    : { at: last.at, how: last.how, passed: last.passed, isThisText: last.hash === runbook.hash };
}

function enforcementText(delayMs: number): string {
  return delayMs === 0 ? 'at once' : `after at most ${spanText(delayMs)}`;
}

function ifNotText(key: Key, now: Date): string {
  if (key.compromisedAt !== null && key.state !== 'revoked') return 'whoever else has the key can go on using it';
  if (key.state === 'revoked') return 'the key stays revoked, and its callers stay refused';
  if (key.supersededAt !== null) return 'the old key is not revoked; its replacement goes on working';
  switch (healthOf(key, now)) {
    case 'expired':
      return 'the key stays expired, and its callers stay refused';
    case 'expiring':
      return `the key stays as it is, and its callers are refused from its end on, ${spanText((key.expiresAt?.getTime() ?? 0) - now.getTime())} from now`;
    default:
      return 'the key stays as it is, and nothing breaks today';
  }
}

function undoText(plan: Plan, run: Run): string {
  if (pastPointOfNoReturn(plan, run))
    return 'The point of no return has been passed: from here on only going forward is possible.';
  const toCome = stepsToCome(plan, run);
  const final = toCome.find((step) => step.undo === 'point_of_no_return');
  const lasting = toCome.filter((step) => step.undo === 'nothing' && step.effect !== 'reads').map(({ id }) => id);
  const except = lasting.length === 0 ? '' : ` What these change stays: ${lasting.join(', ')}.`;
  if (final !== undefined)
    return `Can be taken back until the step ${final.id}, which is the point of no return.${except}`;
  return lasting.length === 0
    ? 'Everything that this run still does can be taken back or only reads.'
    : `The rest can be taken back.${except}`;
}
