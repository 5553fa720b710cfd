import { z } from 'zod';
import type { IncidentId } from '../../domain/ids.ts';
import { Missed } from '../../domain/questions.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { ShownSummary } from '../views/summary.ts';

const Words = z.object({ words: z.string() });
const Span = z.object({ ms: z.number().nullable() });

/** What the message of a summary shows, as it was kept in JSON. */
const Kept = z.object({
  version: z.number(),
  incident: z.string(),
  title: z.string(),
  severity: z.string(),
  whatHappened: z.array(Words),
  impact: z.object({ startedAt: z.coerce.date(), rejectedCalls: z.number(), callers: z.array(z.unknown()) }),
  times: z.object({ toReport: Span, toContain: Span, toRecover: Span, revokeToProof: Span }),
  decisions: z.array(
    z.object({
      question: z.string(),
      outcome: z.string(),
      by: z.array(z.string()),
      at: z.iso
        .datetime()
        .transform((at) => new Date(at))
        .nullable(),
      why: z.string(),
    }),
  ),
  missed: Missed.nullable(),
  dataIntegrity: Words,
  told: z.array(z.object({ recipient: z.string() })),
  peers: Words.nullable(),
  waivers: z.array(Words),
  openPoints: z.array(Words),
  measures: z.array(z.object({ id: z.string(), shown: z.string(), verdict: z.string() })),
  evidence: z.array(z.unknown()),
  audit: z.object({
    changed: z.array(z.unknown()),
    lines: z.number(),
    head: z.object({ seq: z.number(), hash: z.string() }).nullable(),
  }),
});

/**
 * The version that was kept last, with its follow-ups as they are now; null when none was kept, or by a Rekey that told other things. Drawing one
 * anew for every change of the message would read the whole incident each time; a new version is kept when something was learned since.
 */
export async function keptSummary(
  ledger: Pick<LedgerReader, 'lastSummary' | 'followUpsOf'>,
  incident: IncidentId,
): Promise<ShownSummary | null> {
  const last = await ledger.lastSummary(incident);
  const kept = last === null ? null : read(last.json);
  return kept === null ? null : { ...kept, followUps: await ledger.followUpsOf(incident) };
}

function read(json: string): z.infer<typeof Kept> | null {
  try {
    return Kept.parse(JSON.parse(json));
  } catch {
    return null;
  }
}
