import { z } from 'zod';
import { canonicalJson } from '../domain/canonical.ts';
import type { AuditEntry } from '../domain/event.ts';
import { type AuditRow, breakAt, type ChainPlace, GENESIS } from './audit-chain.ts';
import type { Checkpoint } from './checkpoint.ts';
import { stored } from './codec.ts';
import type { LedgerReader } from './reader.ts';

const PAGE = 1_000;

/** The audit as text, one line of JSON each, from line `from` to line `to`: it can be checked without Rekey's database. */
export async function* exportAudit(
  read: Pick<LedgerReader, 'auditRange'>,
  { from, to }: { from: number; to: number },
): AsyncGenerator<string> {
  for (let first = from; first <= to; first += PAGE)
    for (const entry of await read.auditRange(first, Math.min(to, first + PAGE - 1))) yield exportedLine(entry);
}

export function exportedLine(entry: AuditEntry): string {
  return `${canonicalJson(rowOf(entry))}\n`;
}

/**
 * Why an export from line 1 to the checkpoint's line is not what was exported, or null. Its last line has to be the signed one, so a cut tail,
 * a rewritten chain and a single bit are all seen.
 */
export function brokenExport(text: string, checkpoint: Checkpoint): string | null {
  let place: ChainPlace = GENESIS;
  for (const line of text.split(/(?<=\n)/)) {
    const row = rowIn(line);
    if (row === null) return `what follows line ${place.seq} is not an exported line`;
    const why = breakAt(row, place);
    if (why !== null) return why;
    place = row;
  }
  if (place.seq === checkpoint.seq && place.hash === checkpoint.hash) return null;
  return `it ends with line ${place.seq}, and the signed end is line ${checkpoint.seq} with another hash`;
}

const text = z.string();
const Row: z.ZodType<AuditRow> = z.strictObject({
  seq: z.int(),
  at: text,
  actor: text,
  channel: text,
  action: text,
  subject: text,
  incident_id: text.nullable(),
  run_id: text.nullable(),
  step_id: text.nullable(),
  plan_hash: text.nullable(),
  details: text,
  prev_hash: text,
  hash: text,
});

// Written back it has to be the same text: otherwise spaces and the order of names could differ unseen.
function rowIn(line: string): AuditRow | null {
  try {
    const row = Row.parse(JSON.parse(line));
    return `${canonicalJson(row)}\n` === line ? row : null;
  } catch {
    return null;
  }
}

function rowOf(entry: AuditEntry): AuditRow {
  return {
    seq: entry.seq,
    at: stored(entry.at),
    actor: entry.actor,
    channel: entry.channel,
    action: entry.action,
    subject: entry.subject,
    incident_id: entry.incident,
    run_id: entry.run,
    step_id: entry.step,
    plan_hash: entry.planHash,
    details: entry.details,
    prev_hash: entry.prevHash,
    hash: entry.hash,
  };
}
