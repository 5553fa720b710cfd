import { spanText } from '../../domain/duration.ts';
import { IncidentId } from '../../domain/ids.ts';
import { nameOf } from '../../domain/key.ts';
import type { Sources } from '../deps.ts';
import type { RecoveredCard } from '../views/recovered.ts';

export async function loadRecovered({ ledger, now }: Sources, subject: string): Promise<RecoveredCard | null> {
  const incident = await ledger.incident(IncidentId.parse(subject));
  if (incident === null) return null;
  const old = incident.key === null ? null : await ledger.key(incident.key);
  const current = old === null ? null : await ledger.keyBySlug(old.slug);
  const replaced = current !== null && current.id !== old?.id ? current : null;
  const end = incident.recoveredAt ?? now();
  return {
    incident: incident.id,
    title: incident.title,
    oldKey: old === null ? null : nameOf(old),
    newKey: replaced === null ? null : nameOf(replaced),
    provedLiveAt: replaced?.provedLiveAt ?? null,
    revokedAt: old?.revokedAt ?? null,
    provedDeadAt: old?.provedDeadAt ?? null,
    recoveredAt: incident.recoveredAt,
    took: spanText(end.getTime() - incident.startedAt.getTime()),
  };
}
