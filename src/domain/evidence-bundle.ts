import { z } from 'zod';
import { Refusal } from '../errors.ts';

const Line = z.strictObject({
  seq: z.int(),
  at: z.string(),
  actor: z.string(),
  channel: z.string(),
  action: z.string(),
  subject: z.string(),
  incident_id: z.string().nullable(),
  run_id: z.string().nullable(),
  step_id: z.string().nullable(),
  plan_hash: z.string().nullable(),
  details: z.string(),
  prev_hash: z.string(),
  hash: z.string(),
});

/**
 * Everything that shows how one rotation went, for somebody who has neither the ledger nor Rekey's word for it. `about` says what to look for
 * in `lines`, an unbroken piece of the audit; the report that people read is drawn from them each time.
 */
export const EvidenceBundle = z.strictObject({
  schema: z.literal('rekey.evidence/1'),
  madeAt: z.iso.datetime(),
  madeBy: z.string(),
  about: z.strictObject({
    rotation: z.string(),
    run: z.string().nullable(),
    key: z.string(),
    replacement: z.string().nullable(),
    names: z.record(z.string(), z.string()),
  }),
  /** The text of the runbook that ran; its hash stands in the lines. */
  runbook: z.strictObject({ id: z.string(), text: z.string() }).nullable(),
  /** A signed statement that the audit had one of these lines: a checkpoint as it is kept in its file; null when there was none yet. */
  checkpoint: z.string().nullable(),
  lines: z.array(Line).min(1),
});
export type EvidenceBundle = z.infer<typeof EvidenceBundle>;

const DATA = /<script type="application\/json" id="evidence">\n([^<]*)\n<\/script>/;

/** The bundle inside a page. Refusal `no_bundle` when there is none that can be read. */
export function bundleIn(html: string): EvidenceBundle {
  const json = DATA.exec(html)?.[1];
  if (json === undefined)
    throw new Refusal('no_bundle', 'This is no evidence of Rekey: the part with the lines of the audit is missing.');
  try {
    return EvidenceBundle.parse(JSON.parse(json));
  } catch (cause) {
    throw new Refusal('no_bundle', 'The lines of the audit in this file cannot be read.', { cause });
  }
}
