import { createHash } from 'node:crypto';
import type { IncidentId } from '../../src/domain/ids.ts';

/** A summary with this Markdown, as a step posts it. */
export function summaryPosted(incident: IncidentId, markdown: string) {
  const json = JSON.stringify({ markdown });
  const hash = createHash('sha256').update(json).digest('hex');
  return { type: 'summary_posted', incident, run: null, markdown, json, hash } as const;
}
