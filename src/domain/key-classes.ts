import { z } from 'zod';
import { KeyClass } from './key.ts';

const Days = z.int().min(1).max(3_650);
const Hours = z.int().min(0).max(168);

const ClassRule = z
  .strictObject({
    /** A new key expires after so many days; null: keys of this class are not minted by a runbook. */
    max_age_days: Days.nullable(),
    warning_days: z.array(z.int().min(0).max(365)),
    grace_hours: z.strictObject({ default: Hours, longest: Hours }),
    approvals: z.strictObject({ planned: z.int().min(0).max(5), emergency: z.int().min(0).max(5) }),
    required: z.array(z.enum(['owner', 'escalation', 'runbook'])),
    /** May rotate without a person when its time has come. */
    automatic: z.boolean(),
    revocable: z.boolean(),
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
