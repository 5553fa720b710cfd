import { type CredentialAudit, credentialAudit } from '../../domain/credential-audit.ts';
import { PRODUCTION } from '../../domain/key-facts.ts';
import type { KeyFilter, LedgerReader } from '../../ledger/reader.ts';

type Reader = Pick<LedgerReader, 'keyCounts' | 'audit' | 'currentGone' | 'currentExpiringBefore' | 'currentUndated'>;

/** Seed 002's audit of all keys, or those of one service or environment, as the ledger has them now. */
export async function auditNow(
  read: Reader,
  asked: { withinMs: number; service?: string | undefined; environment?: string | undefined; now: Date },
): Promise<CredentialAudit> {
  const { withinMs, service, environment, now } = asked;
  const filter: KeyFilter = { ...(service && { service }), ...(environment && { environment }) };
  const counts = (await read.keyCounts()).filter(
    (one) => (service ?? one.service) === one.service && (environment ?? one.environment) === one.environment,
  );
  const [last] = await read.audit({ limit: 1 });
  return credentialAudit({
    now,
    withinMs,
    gone: await read.currentGone(filter),
    ending: await read.currentExpiringBefore(new Date(now.getTime() + withinMs), filter),
    undated:
      environment === undefined || environment === PRODUCTION ? await read.currentUndated(PRODUCTION, service) : [],
    counts,
    lastRecordedAt: last?.at ?? null,
  });
}
