import { KeyClass } from '../../domain/key.ts';
import type { ClassRule } from '../../domain/key-class.ts';
import type { Policy } from '../../domain/policy.ts';
import type { EngineDeps } from '../deps.ts';

/** What digests stand on. */
export type DigestsDeps = Pick<
  EngineDeps,
  'ledger' | 'policy' | 'classRule' | 'runbooks' | 'providers' | 'sinks' | 'now' | 'newId' | 'log'
>;

/** What holds when a digest is made. */
export interface Rules {
  now: Date;
  policy: Policy;
  rules: ReadonlyMap<KeyClass, ClassRule>;
}

export async function rulesNow({
  policy,
  classRule,
  now,
}: Pick<DigestsDeps, 'policy' | 'classRule' | 'now'>): Promise<Rules> {
  const rules = await Promise.all(
    KeyClass.options.map(async (keyClass) => [keyClass, await classRule(keyClass)] as const),
  );
  return { now: now(), policy: (await policy()).policy, rules: new Map(rules) };
}

export function ruleOf(keyClass: KeyClass, { rules }: Pick<Rules, 'rules'>): ClassRule {
  const rule = rules.get(keyClass);
  if (rule === undefined) throw new Error(`key-classes.yaml has no rule for ${keyClass}.`);
  return rule;
}
