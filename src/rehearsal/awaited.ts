import type { Approval } from '../domain/approval.ts';
import type { Ask } from '../domain/incident.ts';
import type { Run, StepRecord } from '../domain/run.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { addressOf } from './address.ts';

/** A step that stands still, and what people could do at it. */
export interface Awaited {
  run: Run;
  record: StepRecord;
  /** What the file may call it, the most exact first. */
  names: string[];
  /** Another one when the question is put again. */
  id: string;
  for:
    | { kind: 'approval'; approval: Approval }
    | { kind: 'ask'; ask: Ask }
    | { kind: 'claim'; claim: string }
    | { kind: 'doubt' }
    | { kind: 'other' };
}

/** Every place of these runs at which somebody might do something now. */
export async function awaitedIn(read: LedgerReader, runs: readonly Run[]): Promise<Awaited[]> {
  const found: Awaited[] = [];
  for (const run of runs) {
    if (run.finishedAt !== null) continue;
    const { namesOf } = await addressOf(read, run.id);
    for (const record of Object.values(run.steps)) {
      const wanted = await wantedBy(read, record);
      if (wanted !== null) found.push({ run, record, names: namesOf(record.step), ...wanted });
    }
  }
  return found;
}

async function wantedBy(read: LedgerReader, record: StepRecord): Promise<Pick<Awaited, 'id' | 'for'> | null> {
  if (record.state === 'in_doubt') return { id: `${record.token}?${record.attempts}`, for: { kind: 'doubt' } };
  if (record.state !== 'waiting') return null;
  const { waiting } = record;
  const wait = waiting.kind === 'retry' ? waiting.resumes : waiting;
  if (wait?.kind === 'approval') {
    const approval = await read.approval(wait.id);
    return approval === null || approval.outcome !== null ? null : { id: wait.id, for: { kind: 'approval', approval } };
  }
  if (wait?.kind === 'ask') {
    const ask = await read.ask(wait.id);
    return ask === null || ask.answer !== null ? null : { id: wait.id, for: { kind: 'ask', ask } };
  }
  if (wait?.kind === 'claim') {
    const claim = await read.claim(wait.id);
    return claim === null || claim.takenAt !== null ? null : { id: wait.id, for: { kind: 'claim', claim: wait.id } };
  }
  return { id: record.token, for: { kind: 'other' } };
}
