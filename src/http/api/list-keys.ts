import { z } from 'zod';
import { healthOf, type Key } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import type { KeyFilter, LedgerReader } from '../../ledger/reader.ts';
import { assertScope, assertService, type Caller } from './caller.ts';
import { answer, endpoint } from './endpoint.ts';
import { Limit, Name, Slug, Who } from './fields.ts';
import { KeyView, keyView } from './key-view.ts';

const DAY_MS = 24 * 3_600_000;
const Health = z.enum(['revoked', 'expired', 'expiring', 'healthy']);
type Health = z.infer<typeof Health>;

export const listKeys = endpoint({
  name: 'list_keys',
  method: 'get',
  path: '/v1/keys',
  summary: 'The current version of each key, by slug',
  description:
    'A page at a time: give `next` of one page as `after` of the next one. A page may have fewer entries than `limit` and still be followed by another; the last one has `next: null`. A token whose scope is narrowed to one service sees that one.',
  scope: 'keys:read',
  input: z.object({
    query: z.strictObject({
      service: Name.optional(),
      environment: Name.optional(),
      owner: Who.optional(),
      health: Health.optional(),
      after: Slug.optional(),
      limit: Limit,
    }),
  }),
  answers: {
    200: { says: 'One page', schema: z.object({ keys: z.array(KeyView), next: z.string().nullable() }) },
  },
  perform: async ({ query: { health, after, limit, ...wanted } }, { deps, caller }) => {
    const now = deps.now();
    const filter = withOwnService(caller, wanted);
    const page =
      health === undefined || health === 'healthy'
        ? await bySlug(deps.ledger.read, { filter, after, limit })
        : await byHealth(deps.ledger.read, { filter, after, limit, health, now });
    const shown = page.keys.filter((key) => health === undefined || healthOf(key, now) === health);
    return answer(200, { keys: shown.map((key) => keyView(key, now)), next: page.next });
  },
});

interface Page {
  filter: KeyFilter;
  after: string | undefined;
  limit: number;
}

/** The filter of a caller who may see one service only; Refusal `not_allowed` when it asks for more than it may see. */
export function withOwnService(caller: Caller, wanted: { [K in keyof KeyFilter]: string | undefined }): KeyFilter {
  const services = assertScope(caller, 'keys:read');
  const own = services !== 'all' && services.length === 1 ? services[0] : undefined;
  const service = wanted.service ?? own;
  if (service !== undefined) assertService(caller, 'keys:read', service);
  else if (services !== 'all')
    throw new Refusal('not_allowed', `Say which service: the key that asks has keys:read for ${services.join(', ')}.`);
  const given = Object.entries({ ...wanted, service }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

async function bySlug(
  read: LedgerReader,
  { filter, after, limit }: Page,
): Promise<{ keys: Key[]; next: string | null }> {
  const keys = await read.keys({ ...filter, limit, ...(after === undefined ? {} : { after }) });
  return { keys, next: keys.length < limit ? null : (keys.at(-1)?.slug ?? null) };
}

/** The ones that are not well are found by the clock; that reads them only, however many healthy ones there are. */
async function byHealth(
  read: LedgerReader,
  { filter, after = '', limit, health, now }: Page & { health: Exclude<Health, 'healthy'>; now: Date },
): Promise<{ keys: Key[]; next: string | null }> {
  const until = new Date(now.getTime() + (health === 'expiring' ? 7 * DAY_MS : 0));
  const ending = health === 'revoked' ? [] : await read.currentExpiringBefore(until, filter);
  const gone = health === 'expiring' ? [] : await read.currentGone({ ...filter, after, limit });
  const matching = ending.filter((key) => key.slug > after && healthOf(key, now) === health);
  const found = [...matching, ...gone].sort((one, other) => (one.slug < other.slug ? -1 : 1));
  const keys = found.slice(0, limit);
  // A page of the gone ones that is full may have another behind it.
  const isLast = found.length <= limit && gone.length < limit;
  return { keys, next: isLast ? null : (keys.at(-1)?.slug ?? null) };
}
