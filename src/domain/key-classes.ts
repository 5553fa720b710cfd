import { z } from 'zod';
import { KeyClass } from './key.ts';
import { WEEKDAYS } from './key-class.ts';

const Days = z.int().min(1).max(3_650);
const Hours = z.int().min(0).max(168);

/** R-ROTATE has a rule for one and a rule for two. */
const Approvals = z.int().min(0).max(2);
const Clock = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'expected a time of day such as 09:00');
const Window = z
  .strictObject({ days: z.array(z.enum(WEEKDAYS)).min(1), from: Clock, to: Clock })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'expected a time after `from`' });

const ClassRule = z
  .strictObject({
    /** A new key expires after so many days; null: keys of this class are not minted by a runbook. */
    max_age_days: Days.nullable(),
    warning_days: z.array(z.int().min(0).max(365)),
    grace_hours: z.strictObject({ default: Hours, longest: Hours }),
    approvals: z.strictObject({ planned: Approvals, emergency: Approvals }),
    required: z.array(z.enum(['owner', 'escalation', 'runbook'])),
    /** May rotate without a person when its time has come. */
    automatic: z.boolean(),
    revocable: z.boolean(),
    /** Hours between asking for a planned rotation (or its becoming due) and its begin. */
    lead_hours: z.int().min(0).max(720).default(24),
    /** When planned rotations may begin; none means at any time. */
    windows: z.array(Window).max(14).default([]),
  })
  .refine((rule) => rule.grace_hours.default <= rule.grace_hours.longest, {
    path: ['grace_hours', 'default'],
    message: 'expected at most as many hours as `longest`',
  })
  .refine((rule) => rule.warning_days.every((days, index, all) => index === 0 || days < (all[index - 1] ?? 0)), {
    path: ['warning_days'],
    message: 'expected days that go down, each once',
  });

/** `runbooks/key-classes.yaml`: what holds for keys of each class. Every class has to be there. */
export const KeyClasses = z.strictObject({ version: z.int().min(1), classes: z.record(KeyClass, ClassRule) });
export type KeyClasses = z.infer<typeof KeyClasses>;
