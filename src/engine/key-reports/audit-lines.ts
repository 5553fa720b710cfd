import type { AuditEntry } from '../../domain/event.ts';
import type { Key } from '../../domain/key.ts';
import type { Rotation } from '../../domain/rotation.ts';
import type { AuditFilter, LedgerReader } from '../../ledger/reader.ts';

type Reader = Pick<LedgerReader, 'audit'>;

/** Every line of the audit about these versions, their rotations, and the runs that carried them out; oldest first, each once. */
export async function linesAbout(
  read: Reader,
  { versions, rotations }: { versions: readonly Pick<Key, 'id'>[]; rotations: readonly Pick<Rotation, 'id' | 'run'>[] },
): Promise<AuditEntry[]> {
  const filters: Omit<AuditFilter, 'limit'>[] = [
    ...versions.map(({ id }) => ({ subject: `key:${id}` })),
    ...rotations.flatMap(({ id, run }) => [{ subject: `rotation:${id}` }, ...(run === null ? [] : [{ run }])]),
  ];
  const lines = new Map<number, AuditEntry>();
  for (const filter of filters) for (const entry of await allLines(read, filter)) lines.set(entry.seq, entry);
  return [...lines.values()].sort((a, b) => a.seq - b.seq);
}

const PAGE = 1_000;

async function allLines(read: Reader, filter: Omit<AuditFilter, 'limit'>): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  for (;;) {
    const before = found.at(-1)?.seq;
    const page = await read.audit({ ...filter, ...(before !== undefined && { before }), limit: PAGE });
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}
