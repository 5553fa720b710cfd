import { z } from 'zod';
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
  description: 'Also the ones whose life is over already and that nothing has replaced: `days_left` is below 0 then.',
  scope: 'keys:read',
  input: z.object({
    query: z.strictObject({
      within_days: z.coerce.number().int().min(0).max(365).default(30),
      service: Name.optional(),
      environment: Name.optional(),
    }),
  }),
  answers: {
    200: {
      says: 'The keys',
      schema: z.object({ keys: z.array(KeyView.extend({ days_left: z.number() }).meta({ id: 'ExpiringKey' })) }),
    },
  },
  perform: async ({ query: { within_days: days, ...wanted } }, { deps, caller }) => {
    const now = deps.now();
    const until = new Date(now.getTime() + days * DAY_MS);
    const keys = await deps.ledger.read.currentExpiringBefore(
      until,
      withOwnService(caller, { ...wanted, owner: undefined }),
    );
    const shown = keys.flatMap((key) =>
      key.expiresAt === null ? [] : [{ ...keyView(key, now), days_left: daysBetween(now, key.expiresAt) }],
    );
    return answer(200, { keys: shown });
  },
});

function daysBetween(now: Date, end: Date): number {
  return Math.floor(((end.getTime() - now.getTime()) / DAY_MS) * 100) / 100;
}
