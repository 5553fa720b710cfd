import type { Approval, Binding } from '../../domain/approval.ts';
import { nameOf } from '../../domain/key.ts';
import type { Run } from '../../domain/run.ts';
import { sentenceFor, toldBy } from '../../domain/timeline.ts';
import { linesAbout } from '../../ledger/lines-about.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { differenceBetween } from '../../runbook/difference.ts';
import type { EngineDeps } from '../deps.ts';

/** What is behind one of the differences, line by line: of a runbook's text what a pull request would show, of a key what happened to it. */
export interface Change {
  what: string;
  lines: string[];
}

const MOST_LINES = 12;
const MOST_HAPPENED = 6;

/** What has changed since the question was put, for whoever has to decide on it again. */
export async function changesSince(
  deps: Pick<EngineDeps, 'runbooks'>,
  approval: Approval,
  { now, run, read }: { now: Binding; run: Run; read: LedgerReader },
): Promise<Change[]> {
  const before = approval.binding;
  return [
    ...(before.fileHash === now.fileHash ? [] : textChanges(deps, run)),
    ...(before.keyVersion === now.keyVersion ? [] : await keyChanges(read, run, approval)),
  ];
}

function textChanges({ runbooks }: Pick<EngineDeps, 'runbooks'>, { runbook }: Run): Change[] {
  const file = runbooks.current(runbook.id);
  if (file === null) return [{ what: `The file of ${runbook.id} is gone`, lines: [] }];
  const { added, removed, patch } = differenceBetween(runbook.text, file.text);
  const lines = patch.split('\n').filter((line) => /^[+-]/.test(line));
  const more = lines.length - MOST_LINES;
  return [
    {
      what: `The file of ${runbook.id}: ${added} lines more, ${removed} fewer than what runs`,
      lines: [...lines.slice(0, MOST_LINES), ...(more > 0 ? [`… and ${more} more`] : [])],
    },
  ];
}

async function keyChanges(read: LedgerReader, { key: id }: Run, approval: Approval): Promise<Change[]> {
  const key = id === null ? null : await read.key(id);
  if (key === null) return [];
  const askedAt = await lineOfQuestion(read, approval);
  const names = new Map([[String(key.id), nameOf(key)]]);
  const lines: string[] = [];
  for await (const line of linesAbout(read, `key:${key.id}`)) {
    if (line.seq < askedAt || lines.length === MOST_HAPPENED) break;
    const sentence = sentenceFor(toldBy(line), names);
    if (sentence !== null) lines.push(sentence);
  }
  return [{ what: `What happened to ${nameOf(key)} since then`, lines: lines.reverse() }];
}

/** Where in the audit the question was put: clocks can be set back, the chain cannot. */
async function lineOfQuestion(read: LedgerReader, { id }: Approval): Promise<number> {
  for await (const line of linesAbout(read, `approval:${id}`))
    if (line.action === 'approval_requested') return line.seq;
  return 0;
}
