import { z } from 'zod';
import type { Key } from '../../domain/key.ts';
import { answer, endpoint } from './endpoint.ts';
import { Name } from './fields.ts';
import { KeyView, keyView } from './key-view.ts';
import { withOwnService } from './list-keys.ts';

const DAY_MS = 24 * 3_600_000;

export const expiringKeys = endpoint({
  name: 'list_expiring_keys',
  method: 'get',
  path: '/v1/keys/expiring',
  summary: 'Current keys whose life ends soon, soonest first',
  description:
    'Also the ones whose life is over already and that nothing has replaced: `days_left` is below 0 then. `more`: there are others behind the last one here.',
  scope: 'keys:read',
  input: z.object({
    query: z.strictObject({
      within_days: z.coerce.number().int().min(0).max(365).default(30),
      service: Name.optional(),
      environment: Name.optional(),
      limit: z.coerce.number().int().min(1).max(1_000).default(200),
    }),
  }),
  answers: {
    200: {
      says: 'The keys',
      schema: z.object({
        keys: z.array(KeyView.extend({ days_left: z.number() }).meta({ id: 'ExpiringKey' })),
        more: z.boolean(),
      }),
    },
  },
  perform: async ({ query: { within_days: days, limit, ...wanted } }, { deps, caller }) => {
    const now = deps.now();
    const until = new Date(now.getTime() + days * DAY_MS);
    const filter = withOwnService(caller, { ...wanted, owner: undefined });
    const keys = await deps.ledger.read.currentExpiringBefore(until, { ...filter, limit: limit + 1 });
    const shown = keys.slice(0, limit).map((key) => ({ ...keyView(key, now), days_left: daysLeft(key, now) }));
    return answer(200, { keys: shown, more: keys.length > limit });
  },
});

function daysLeft({ expiresAt }: Pick<Key, 'expiresAt'>, now: Date): number {
  const leftMs = (expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) - now.getTime();
  return Math.floor((leftMs / DAY_MS) * 100) / 100;
}
