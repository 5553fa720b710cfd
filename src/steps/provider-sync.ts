import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import type { Key } from '../domain/key.ts';
import { isAccepted } from '../domain/lock-out.ts';
import { PermanentFailure } from '../errors.ts';
import type { ListedKey, Provider } from '../providers/contract.ts';
import { defineStep, type StepContext } from './contract.ts';
import { evidenceOf } from './evidence.ts';
import { duration, granted, keyRef, keyRefOf } from './fields.ts';

const PAGE = 500;
/** More of a kind than this are counted and not listed. */
const LISTED = 100;

const With = z.strictObject({
  provider: granted('provider').describe('The provider that is asked for its keys.'),
  expiring_within: duration
    .optional()
    .describe('Only the keys that end within this time; all of them when nothing is said.'),
});
type Input = z.output<typeof With>;

/**
 * What the provider says of its keys, next to what the ledger says. Where only the end differs the ledger takes it over, for its warnings go by
 * it. Whatever else differs is named and left to the runbook: that a key was revoked elsewhere, or is missing, may be a fault of the answer.
 */
export const providerSync = defineStep({
  uses: 'provider.sync',
  summary: 'Asks a provider for its keys and records how they differ from the ledger.',
  with: With,
  outputs: z.strictObject({
    seen: z.int().describe('Keys that the provider listed.'),
    new: z.int().describe('Keys that the ledger does not know.'),
    changed: z.int().describe('Keys that end at another time, or are accepted by only one of the two.'),
    missing: z.int().describe('Living keys of the ledger that the provider did not list.'),
    unknown: z.array(z.string()).describe(`The new ones, as their provider calls them; ${LISTED} at most.`),
    differing: z.array(keyRef).describe(`Keys that only one of the two accepts; ${LISTED} at most.`),
    lost: z.array(keyRef).describe(`The missing ones; ${LISTED} at most.`),
  }),
  effect: 'writes',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'What was recorded is what the provider says.' },
  timeoutMs: 5 * 60_000,
  rehearsal: 'scripted',
  forecast: async (input) => ({
    calls: [`${input.provider ?? 'the provider'}: list its keys`],
    people: [],
    notices: [],
    enforcementDelayMs: null,
  }),
  perform: async (input, context) => {
    const provider = context.providers[input.provider];
    if (provider === undefined)
      throw new PermanentFailure(
        `The provider ${input.provider} is not connected. Connected: ${Object.keys(context.providers).sort().join(', ') || 'none'}.`,
      );
    const found = await compare(provider, input, context);
    const { seen, unknown, ends, differing, lost, counts } = found;
    const events: LedgerEvent[] = [
      ...ends,
      {
        type: 'provider_synced',
        provider: provider.name,
        seen,
        unknown: counts.unknown,
        changed: counts.changed,
        missing: counts.lost,
      },
    ];
    const outputs = {
      ...{ seen, new: counts.unknown, changed: counts.changed, missing: counts.lost },
      ...{ unknown, differing: differing.map(keyRefOf), lost: lost.map(keyRefOf) },
    };
    const isNews = counts.unknown + counts.changed + counts.lost > 0;
    const kept = isNews
      ? [
          {
            type: 'evidence_captured',
            evidence: evidenceOf('provider_differences', { provider: provider.name, ...outputs }, context),
          } as const,
        ]
      : [];
    return { kind: 'done', outputs, events: [...events, ...kept] };
  },
});

interface Found {
  seen: number;
  unknown: string[];
  ends: LedgerEvent[];
  differing: Key[];
  lost: Key[];
  counts: { unknown: number; changed: number; lost: number };
}

async function compare(provider: Provider, input: Input, context: StepContext): Promise<Found> {
  const { list, name } = provider;
  if (list === undefined)
    throw new PermanentFailure(`${name} cannot be asked for its keys. Have a person look there, with an \`ask\` step.`);
  const { now, signal, ledger } = context;
  const expiringBefore = input.expiring_within === undefined ? null : new Date(now().getTime() + input.expiring_within);
  const found: Found = {
    seen: 0,
    unknown: [],
    ends: [],
    differing: [],
    lost: [],
    counts: { unknown: 0, changed: 0, lost: 0 },
  };
  const listed = new Set<string>();
  for await (const one of list({ expiringBefore, signal })) {
    listed.add(one.externalRef);
    const key = await ledger.keyByExternalRef(name, one.externalRef);
    if (key === null)
      count(found.counts, 'unknown', () => found.unknown.length < LISTED && found.unknown.push(one.externalRef));
    else differences(one, key, { found, context, provider: name });
  }
  found.seen = listed.size;
  for await (const key of livingKeys(ledger, name, expiringBefore))
    if (key.externalRef !== null && !listed.has(key.externalRef))
      count(found.counts, 'lost', () => found.lost.length < LISTED && found.lost.push(key));
  return found;
}

function count(counts: Found['counts'], what: keyof Found['counts'], list: () => unknown): void {
  counts[what] += 1;
  list();
}

function differences(
  one: ListedKey,
  key: Key,
  { found, context, provider }: { found: Found; context: StepContext; provider: string },
): void {
  const isLiving = key.state !== 'expired' && key.state !== 'revoked';
  const endsElsewhere = isLiving && one.expiresAt?.getTime() !== key.expiresAt?.getTime();
  const differs = one.isAccepted !== isAccepted(key, context.now());
  if (!endsElsewhere && !differs) return;
  count(found.counts, 'changed', () => differs && found.differing.length < LISTED && found.differing.push(key));
  if (endsElsewhere) found.ends.push({ type: 'expiry_seen', key: key.id, expiresAt: one.expiresAt, provider });
}

async function* livingKeys(
  ledger: StepContext['ledger'],
  provider: string,
  expiringBefore: Date | null,
): AsyncGenerator<Key> {
  for (let after: string | null = null; ; ) {
    const page = await ledger.keysOfProvider({ provider, expiringBefore, after, limit: PAGE });
    yield* page;
    after = page.at(-1)?.externalRef ?? null;
    if (page.length < PAGE || after === null) return;
  }
}
