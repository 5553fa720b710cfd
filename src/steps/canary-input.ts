import { z } from 'zod';
import { connectionName, duration, granted, keyRef, secretRef } from './fields.ts';
import { expectation, pathParts } from './http-fields.ts';

const member = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_.-]{0,62}$/, 'expected a name of lower-case letters, digits, . - and _')
    .describe('How people know this place: payments-1.'),
  sink: granted('sink').describe('The sink that delivers there.'),
  target: z.string().min(1).max(500).describe('Its place; for the file sink an absolute path.'),
  connection: connectionName.optional().describe('Where its health is asked, for `watch.http`.'),
  caller: z.string().min(1).max(120).optional().describe('How it is counted as a caller, for `watch.calls`.'),
});

const watch = z
  .strictObject({
    for: duration.describe('How long they are watched.'),
    every: duration.default(30_000).describe('How often they are looked at.'),
    key_probe: z
      .boolean()
      .default(false)
      .describe('Tries what each place holds where the key is really used: at its probe URL, or at its provider.'),
    http: z
      .strictObject({
        path: pathParts,
        expect: expectation.default({ status: [], json: {} }).describe('What a healthy answer is.'),
      })
      .optional()
      .describe('Asks each member over its `connection`, with GET.'),
    calls: z
      .strictObject({
        most_rejected: z.int().min(0).default(0).describe('Rejected calls with the new key that are still well.'),
        at_least: z.int().min(0).default(1).describe('Fewer calls than that in the whole time show nothing, and fail.'),
      })
      .optional()
      .describe('Counts the calls with the new key in the ledger, of the `caller` of each member.'),
    max_failures: z
      .union([z.int().min(0), z.string().regex(/^(100|[1-9]?\d)%$/, 'expected a whole number or a part such as 20%')])
      .default(0)
      .describe('Failed probes that are still well, over all members and the whole time; or a part of all probes.'),
  })
  .refine((one) => one.key_probe || one.http !== undefined || one.calls !== undefined, {
    message: 'expected `key_probe: true`, `http` or `calls`: without one of them nothing is watched',
  })
  .refine((one) => one.every <= one.for, { path: ['every'], message: 'expected at most as long as `for`' });

export const canaryInput = z.strictObject({
  key: keyRef.describe('The new key.'),
  secret: secretRef.describe('Its sealed material, as key.create made it.'),
  cohort: z
    .array(member)
    .min(1)
    .max(20)
    .refine(isEachOnce, 'expected a `name` and a place that no other member has')
    .describe('Who gets it first.'),
  watch: watch.describe('What health is, for how long, and how much may fail.'),
});
// What one of two members with the same place had before would be what the other one was just given.
function isEachOnce(cohort: readonly { name: string; sink: string; target: string }[]): boolean {
  const places = new Set(cohort.map(({ sink, target }) => `${sink} ${target}`));
  return places.size === cohort.length && new Set(cohort.map(({ name }) => name)).size === cohort.length;
}

export type CanaryInput = z.output<typeof canaryInput>;
export type CanaryMember = CanaryInput['cohort'][number];
