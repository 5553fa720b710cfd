import { tallyText } from '../../domain/fan-out.ts';
import type { RunId } from '../../domain/ids.ts';
import type { StepRecord } from '../../domain/run.ts';
import type { LedgerReader } from '../../ledger/reader.ts';

/** Whom or what a step waits for, in words; null when it does not wait. */
export async function waitText(read: LedgerReader, run: RunId, record: StepRecord): Promise<string | null> {
  if (record.state !== 'waiting') return null;
  const { waiting } = record;
  switch (waiting.kind) {
    case 'approval': {
      const approval = await read.approval(waiting.id);
      const voted = approval?.votes.map((vote) => vote.person) ?? [];
      const left = approval?.asked.filter((person) => !voted.includes(person)) ?? [];
      return `the approval of ${left.join(' or ') || 'somebody'}`;
    }
    case 'ask': {
      const ask = await read.ask(waiting.id);
      return `an answer of ${ask?.assigned.join(' or ') || 'somebody'}: ${ask?.question ?? waiting.id}`;
    }
    case 'claim':
      return `${(await read.claim(waiting.id))?.recipient ?? 'its recipient'}, who takes the new value`;
    case 'run':
      return `the run ${waiting.id}`;
    case 'each':
      return `its runs (${tallyText(await read.fanOutItems(run, record.step))})`;
    case 'peers':
      return 'its peers';
    case 'look':
      return 'its condition';
    case 'time':
      return 'its time';
    case 'retry':
      return `the next attempt after: ${waiting.error}`;
    default:
      return waiting satisfies never;
  }
}
