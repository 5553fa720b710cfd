import { contentHash } from './canonical.ts';
import { chainedLine } from './chained-line.ts';
import type { AuditEntry } from './event.ts';
import type { IncidentFacts } from './incident-facts.ts';
import { instantText } from './instant.ts';
import { cite, type Sources, type Trail } from './summary-source.ts';

/** That what the summary was drawn from is what was written, and how anybody can see it for themselves. */
export interface AuditProof {
  /** Lines of this incident, and how many of them do not have the hash that was written with them. */
  lines: number;
  changed: number[];
  /** Where the whole chain stood when this was drawn; null for an empty one. */
  head: { seq: number; hash: string } | null;
  /** How far all of it was checked last, in the background. */
  checked: { seq: number; at: Date } | null;
  words: string;
  verify: string;
  sources: Sources;
}

export function auditProof({ entries, head, auditChecked }: IncidentFacts, trail: Trail): AuditProof {
  const changed = entries.filter((entry) => !isAsWritten(entry)).map(({ seq }) => seq);
  const whole =
    changed.length === 0
      ? `All ${entries.length} audit lines of this incident have the hash that was written with them.`
      : `${changed.length} of ${entries.length} audit lines of this incident were CHANGED after they were written: ${changed.slice(0, 10).join(', ')}.`;
  const stood = head === null ? 'The audit is empty.' : `The chain stood at line ${head.seq} with ${head.hash}.`;
  const checked =
    auditChecked === null
      ? 'The whole chain has not been checked in the background yet.'
      : `The whole chain was checked up to line ${auditChecked.seq} at ${instantText(auditChecked.at)}.`;
  return {
    lines: entries.length,
    changed,
    head,
    checked: auditChecked,
    words: `${whole} ${stood} ${checked}`,
    verify: 'rekey audit verify',
    sources: cite(trail, trail.none, { kind: 'row', row: 'audit_head' }, { kind: 'row', row: 'audit_checked' }),
  };
}

function isAsWritten(entry: AuditEntry): boolean {
  const { hash, ...line } = chainedLine(entry);
  return contentHash(line) === hash;
}
