import { IncidentId } from '../../domain/ids.ts';
import { partsOf, readPartSubject } from '../../domain/summary-parts.ts';
import type { Sources } from '../deps.ts';
import type { SummaryPart } from '../views/summary-part.ts';

/** One part of a version that is kept: what was posted is shown, whatever was learned since. */
export async function loadSummaryPart({ ledger }: Sources, subject: string): Promise<SummaryPart | null> {
  const place = readPartSubject(subject);
  if (place === null) return null;
  const versions = await ledger.summariesOf(IncidentId.parse(place.incident));
  const kept = versions.find(({ hash }) => hash === place.hash);
  if (kept === undefined) return null;
  const parts = partsOf(kept.markdown);
  const markdown = parts[place.nth - 1];
  if (markdown === undefined) return null;
  return { incident: place.incident, version: kept.version, nth: place.nth, of: parts.length, markdown };
}
