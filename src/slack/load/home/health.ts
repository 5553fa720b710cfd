import { codesMissing } from '../../../domain/approval/codes-missing.ts';
import type { PersonId } from '../../../domain/ids.ts';
import { nameOf } from '../../../domain/key.ts';
import { lockOutWarnings } from '../../../domain/lock-out-warnings.ts';
import type { Policy } from '../../../domain/policy.ts';
import type { Desk } from '../../moment.ts';
import type { HealthShown } from '../../views/home/health.ts';
import { displayNames } from '../names.ts';

/** How a team registers the credentials that Rekey itself uses. */
const OWN_SERVICE = 'rekey';

/** How Rekey itself is: the process, the audit, and everything without which it could not help on a bad day. */
export async function loadHealth(desk: Desk, policy: Policy, person: PersonId): Promise<HealthShown> {
  const { ledger, now } = desk;
  const name = await displayNames(desk);
  const administrators = await ledger.administrators();
  const own = await ledger.keys({ service: OWN_SERVICE });
  const credentials = [...new Map([...administrators, ...own].map((key) => [key.id, key])).values()];
  const enrolled = new Set((await ledger.secondFactors()).map((factor) => factor.person));
  const { parts, held, broken } = await desk.health();
  return {
    parts,
    held,
    broken,
    lastDigest: (await ledger.lastDigest())?.ranAt ?? null,
    lastSync: await ledger.lastSync(),
    audit: {
      lines: (await ledger.auditHead()).seq,
      checked: await ledger.auditChecked(),
      checkpoint: await ledger.lastCheckpoint(),
    },
    credentials: credentials
      .filter(({ state }) => state !== 'revoked')
      .map((key) => ({ name: nameOf(key), expiresAt: key.expiresAt }))
      .sort((a, b) => (a.expiresAt?.getTime() ?? 0) - (b.expiresAt?.getTime() ?? 0)),
    lockOut: lockOutWarnings(administrators, now()),
    codes: codesMissing(policy, enrolled).map((one) => ({ ...one, without: one.without.map(name) })),
    debts: (await ledger.unreviewedGlassBreaks()).map(({ approval, by, question, dueAt, reviewers }) => ({
      approval,
      by: name(by),
      question,
      dueAt,
      isMine: reviewers.includes(person),
    })),
  };
}
