import { z } from 'zod';
import { Refusal } from '../../errors.ts';
import { answer, endpoint } from './endpoint.ts';
import { Caller, KeyName } from './fields.ts';
import { findKey } from './find-key.ts';

const Count = z.int().min(0).max(1_000_000_000);

export const reportUsage = endpoint({
  name: 'report_usage',
  method: 'post',
  path: '/v1/usage',
  summary: 'Counts of calls that a gateway verified by itself, by key and caller',
  description:
    'What came since the last report. They are in the ledger within a second and decide, with the ones that Rekey counts itself, whether an old key may be revoked. A key that is not there is skipped, so that one entry does not hold the others up.',
  scope: 'usage:write',
  input: z.object({
    body: z.strictObject({
      counts: z
        .array(z.strictObject({ key: KeyName, caller: Caller, accepted: Count.default(0), rejected: Count.default(0) }))
        .min(1)
        .max(200),
    }),
  }),
  answers: {
    202: {
      says: 'What was counted',
      schema: z.object({ counted: z.int(), skipped: z.array(z.object({ index: z.int(), why: z.string() })) }),
    },
  },
  perform: async ({ body: { counts } }, context) => {
    const skipped: { index: number; why: string }[] = [];
    for (const [index, { key: name, caller, ...count }] of counts.entries()) {
      const key = await findKey(context, name, 'usage:write').catch(refusalOnly);
      if (key instanceof Refusal) skipped.push({ index, why: key.message });
      else context.deps.usage.add(key.id, caller, count);
    }
    return answer(202, { counted: counts.length - skipped.length, skipped });
  },
});

function refusalOnly(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}
