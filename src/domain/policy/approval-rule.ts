import { z } from 'zod';
import { spanMs } from '../span.ts';
import { Name, Who } from './names.ts';

const MINUTE_MS = 60_000;

/** A length of time as people write it; what it comes to is asked with `spanMs`. */
export const Span = z
  .string()
  .refine((text) => spanMs(text) !== null, 'expected a duration such as 45s, 30m, 4h or 7d');

/** 0: nobody is asked, and it is recorded · 1: one click · 2: typed confirmation · 3: two people, each with a code. */
const Tier = z.literal([0, 1, 2, 3]);
export type Tier = z.infer<typeof Tier>;

/** One way to an answer: so many of these people, where `when` holds. */
export const Threshold = z.strictObject({
  approve: z.int().min(1).max(5),
  deny: z.int().min(1).max(5).default(1),
  from: z.array(Who).min(1),
  when: z
    .strictObject({
      /** Only a yes that comes with a reason counts towards it. */
      reason: z.literal('given').optional(),
      emergency: z.boolean().optional(),
      environment: z.array(z.string().min(1)).min(1).optional(),
    })
    .optional(),
});
export type Threshold = z.infer<typeof Threshold>;

const Escalation = z.strictObject({ after: Span, to: z.array(Who).min(1) });

/** Above any of these the rule does not hold: another one does, or nobody may decide. */
const Cap = z.strictObject({
  /** Callers seen with the key in the last 7 days. */
  max_callers: z.int().min(0).optional(),
  max_keys: z.int().min(1).optional(),
  environments: z.array(z.string().min(1)).min(1).optional(),
  /** The name of the rule that holds above it, or `refuse`. */
  above: Name,
});

const Written = z.strictObject({
  tier: Tier.optional(),
  approve: z.int().min(1).max(5).optional(),
  deny: z.int().min(1).max(5).default(1),
  from: z.array(Who).min(1).optional(),
  thresholds: z.array(Threshold).min(1).max(6).optional(),
  requester_may_approve: z.boolean().default(false),
  /** The owner of a key that somebody else may have. */
  custodian_may_approve: z.boolean().optional(),
  /** Whoever else may not decide, although an alternative names them. */
  never: z.array(Who).optional(),
  reason_required: z.boolean().default(false),
  reason: z.enum(['never', 'always', 'on_deny']).optional(),
  expires_minutes: z
    .strictObject({ planned: z.int().min(1).max(1440), emergency: z.int().min(1).max(1440) })
    .default({ planned: 30, emergency: 10 }),
  /** After how long those who have not decided are reminded. */
  remind: z.array(Span).max(6).optional(),
  /** Who else is asked when nobody has decided, and may decide from then on in place of anybody whom an alternative names. */
  escalate: z.array(Escalation).max(4).optional(),
  delegate: z.boolean().optional(),
  break_glass: z.boolean().optional(),
  /** The rule that holds in an emergency instead of this one. */
  emergency_rule: Name.optional(),
  cap: Cap.optional(),
});

/** A rule as it is written; `termsOf` says what it means. One alternative may be written without `thresholds`. */
export const ApprovalRule = Written.superRefine((rule, context) => {
  for (const { path, message } of mistakesIn(rule)) context.addIssue({ code: 'custom', path, message });
});
export type ApprovalRule = z.infer<typeof ApprovalRule>;

interface Mistake {
  path: (string | number)[];
  message: string;
}

function mistakesIn(rule: z.infer<typeof Written>): Mistake[] {
  return [
    ...whoMistakes(rule),
    ...tierMistakes(rule),
    ...ladderMistakes(rule),
    ...(rule.reason_required && rule.reason !== undefined && rule.reason !== 'always'
      ? [{ path: ['reason'], message: 'expected `always`, because `reason_required` says so; keep one of the two' }]
      : []),
  ];
}

function whoMistakes({ tier, approve, from, thresholds }: z.infer<typeof Written>): Mistake[] {
  const isPlain = approve !== undefined || from !== undefined;
  if (tier === 0)
    return isPlain || thresholds !== undefined
      ? [{ path: ['tier'], message: 'expected a tier of 1 to 3 where people are named; tier 0 asks nobody' }]
      : [];
  if (thresholds !== undefined)
    return isPlain
      ? [{ path: ['thresholds'], message: 'expected either `thresholds` or `approve` and `from`, not both' }]
      : [];
  return [
    ...(approve === undefined ? [{ path: ['approve'], message: 'expected how many people have to agree' }] : []),
    ...(from === undefined ? [{ path: ['from'], message: 'expected who decides' }] : []),
  ];
}

// Nobody decides alone what stands in the highest tier, however the alternatives are written.
function tierMistakes({ tier, approve, thresholds }: z.infer<typeof Written>): Mistake[] {
  if (tier !== 3) return [];
  const message = 'expected at least 2, because tier 3 wants two people';
  if (approve !== undefined && approve < 2) return [{ path: ['approve'], message }];
  return (thresholds ?? []).flatMap((one, index) =>
    one.approve < 2 ? [{ path: ['thresholds', index, 'approve'], message }] : [],
  );
}

function ladderMistakes({ remind = [], escalate = [] }: z.infer<typeof Written>): Mistake[] {
  return [
    ...notLater(remind).map((index) => ({ path: ['remind', index], message: LATER })),
    ...notLater(escalate.map(({ after }) => after)).map((index) => ({
      path: ['escalate', index, 'after'],
      message: LATER,
    })),
  ];
}

const LATER = 'expected a longer time than the one before it';

function notLater(spans: readonly string[]): number[] {
  return spans.flatMap((span, index) => {
    const before = spans[index - 1];
    return before !== undefined && (spanMs(span) ?? 0) <= (spanMs(before) ?? 0) ? [index] : [];
  });
}

/** What a rule means, whichever way it is written. */
export interface Terms {
  tier: Tier;
  thresholds: readonly Threshold[];
  reason: 'never' | 'always' | 'on_deny';
  remindMs: readonly number[];
  escalate: readonly { afterMs: number; to: readonly string[] }[];
  /** Whether an approver may hand over their voice in one approval. */
  mayDelegate: boolean;
  mayBreakGlass: boolean;
}

export function termsOf(rule: ApprovalRule): Terms {
  const { approve, deny, from, tier = 1 } = rule;
  const plain = approve === undefined || from === undefined ? [] : [{ approve, deny, from }];
  return {
    tier,
    thresholds: rule.thresholds ?? plain,
    reason: rule.reason_required ? 'always' : (rule.reason ?? 'never'),
    remindMs: (rule.remind ?? []).map((span) => spanMs(span) ?? 0),
    escalate: (rule.escalate ?? []).map(({ after, to }) => ({ afterMs: spanMs(after) ?? 0, to })),
    mayDelegate: rule.delegate ?? false,
    mayBreakGlass: rule.break_glass ?? true,
  };
}

/** The fewest people with whom it can be approved. */
export function fewestVoices(rule: ApprovalRule): number {
  const { tier, thresholds } = termsOf(rule);
  return tier === 0 ? 0 : Math.min(...thresholds.map(({ approve }) => approve));
}

export function expiresMs({ expires_minutes }: ApprovalRule, isEmergency: boolean): number {
  return (isEmergency ? expires_minutes.emergency : expires_minutes.planned) * MINUTE_MS;
}

/** Every name of people in a rule, for the check that each of them is known. */
export function namesIn(rule: ApprovalRule): string[] {
  return [
    ...(rule.from ?? []),
    ...(rule.thresholds ?? []).flatMap(({ from }) => from),
    ...(rule.never ?? []),
    ...(rule.escalate ?? []).flatMap(({ to }) => to),
  ];
}
