import { z } from 'zod';
import { KeyId } from '../domain/ids.ts';
import { type Key, KeyClass, KeyState, nameOf } from '../domain/key.ts';
import type { KeySearch } from '../domain/key-search.ts';
import { PermanentFailure } from '../errors.ts';
import { defineStep, type StepContext } from './contract.ts';
import { duration, granted, type KeyRef, keyRef, keyRefOf, whoText } from './fields.ts';
import { foreseen } from './forecast.ts';

const MOST = 1_000;
const USUAL = 100;

const With = z.strictObject({
  service: z.string().min(1).optional().describe('Only keys of this service.'),
  environment: z.string().min(1).optional().describe('Only keys of this environment, such as production.'),
  class: KeyClass.optional().describe('Only keys of this class.'),
  owner: whoText.optional().describe('Only keys of this owner, as the ledger has it: carol or group:payments.'),
  provider: granted('provider').optional().describe('Only keys that this provider issues.'),
  state: z
    .array(KeyState)
    .min(1)
    .optional()
    .describe('Only keys in one of these states; active, retiring and suspended when nothing is said.'),
  health: z
    .enum(['healthy', 'expiring', 'expired', 'revoked'])
    .optional()
    .describe('Only keys of this health; expiring has at most 7 days left.'),
  expiring_within: duration
    .optional()
    .describe('Only keys that end within this time, or whose time is over and the ledger does not say so yet.'),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9*-]{0,62}$/, 'expected a name such as payments-prod, or the beginning of names: payments-*')
    .optional()
    .describe('Only keys of this name; * stands for any characters, but not at the beginning.'),
  predecessor: keyRef.optional().describe('Only the keys that took the place of this one.'),
  other_than: keyRef.optional().describe('Neither this key nor another version of it.'),
  issuer: keyRef
    .optional()
    .describe('Only what is made with this key: the JWTs that it signs, or the keys of the provider it administers.'),
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{12}$/, 'expected the 12 hex digits that are shown instead of a key')
    .optional()
    .describe('The key with this fingerprint; its value is never looked for.'),
  public_id: z.string().min(1).max(200).optional().describe('The key that its provider calls this.'),
  limit: z.int().min(1).max(MOST).default(USUAL).describe('At most so many; `more` says whether there are others.'),
});

/** Looks keys up for what is done to each of them; current versions, and what is in grace beside them. */
export const keyFind = defineStep({
  uses: 'key.find',
  summary: 'Finds keys in the ledger, the one that ends first comes first.',
  with: With,
  outputs: z.strictObject({
    keys: z.array(keyRef).describe('What `each` can go through.'),
    count: z.int().describe('How many of them are listed.'),
    more: z.boolean().describe('true: there are others, beyond the limit.'),
    first: keyRef.nullable().describe('The one that ends first; null when none was found.'),
    names: z.array(z.string()).describe('payments-batch v2: their names, for a question.'),
  }),
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'It only looks.' },
  timeoutMs: 30_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const { keys, more } = await search(input, context);
    const shown = keys.slice(0, SHOWN).map(nameOf).join(', ');
    const others = keys.length > SHOWN ? ` and ${more ? 'more than ' : ''}${keys.length - SHOWN} others` : '';
    const now = keys.length === 0 ? 'nothing as of now' : `as of now ${shown}${others}`;
    return foreseen({ calls: [`ledger: look keys up, ${now}`], outputsNow: outputsOf(keys, more) });
  },
  perform: async (input, context) => {
    const { keys, more } = await search(input, context);
    return { kind: 'done', outputs: outputsOf(keys, more), events: [] };
  },
});

const SHOWN = 5;

function outputsOf(found: readonly Key[], more: boolean) {
  const keys = found.map(keyRefOf);
  return { keys, count: keys.length, more, first: keys[0] ?? null, names: keys.map(nameOf) };
}

type Context = Pick<StepContext, 'ledger' | 'now'>;

async function search(
  input: Partial<z.output<typeof With>>,
  context: Context,
): Promise<{ keys: Key[]; more: boolean }> {
  const limit = input.limit ?? USUAL;
  const { service, environment, owner, provider, health, name, fingerprint } = input;
  const asked: KeySearch = {
    ...{ service, environment, owner, provider, health, name, fingerprint, class: input.class },
    states: input.state,
    expiringWithinMs: input.expiring_within,
    publicId: input.public_id,
    otherThan: input.other_than?.slug,
    predecessor: input.predecessor === undefined ? undefined : KeyId.parse(input.predecessor.id),
  };
  const whole = input.issuer === undefined ? asked : await madeWith(input.issuer, asked, context);
  // One more than asked for shows whether there are others.
  const found = await context.ledger.findKeys(whole, { now: context.now(), limit: limit + 1 });
  return { keys: found.slice(0, limit), more: found.length > limit };
}

/** A JWT says who signed it, and the ledger when each was made: it signed what was made from its activation until that of the next version. */
async function madeWith(ref: KeyRef, asked: KeySearch, { ledger }: Context): Promise<KeySearch> {
  const issuer = await ledger.key(KeyId.parse(ref.id));
  if (issuer === null) throw new PermanentFailure(`The ledger has no key ${nameOf(ref)} (${ref.id}).`);
  if (issuer.administers !== null) return narrowed(asked, 'provider', issuer.administers);
  if (issuer.publicJwk === null || issuer.activatedAt === null)
    throw new PermanentFailure(
      `${nameOf(issuer)} makes no keys that the ledger knows of: it neither signs JWTs nor administers a provider. Leave \`issuer\` out.`,
    );
  const newer = (await ledger.versionsOf(issuer.slug)).filter(({ version }) => version > issuer.version);
  const before = newer.flatMap(({ activatedAt }) => activatedAt ?? []).sort((a, b) => a.getTime() - b.getTime())[0];
  return { ...narrowed(asked, 'class', 'jwt'), created: { from: issuer.activatedAt, before: before ?? null } };
}

function narrowed<Name extends 'provider' | 'class'>(
  asked: KeySearch,
  name: Name,
  to: NonNullable<KeySearch[Name]>,
): KeySearch {
  if (asked[name] === undefined || asked[name] === to) return { ...asked, [name]: to };
  throw new PermanentFailure(`\`issuer\` makes keys of the ${name} ${to}, and ${asked[name]} is asked for.`);
}
