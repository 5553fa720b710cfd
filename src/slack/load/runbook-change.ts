import { differenceBetween } from '../../runbook/difference.ts';
import type { Sources } from '../deps.ts';
import type { RunbookChange } from '../views/runbook-change.ts';

/** `subject`: `<runbook>@<hash before>@<hash after>`. */
export async function loadRunbookChange({ ledger }: Sources, subject: string): Promise<RunbookChange | null> {
  const [runbook = '', before = '', after = ''] = subject.split('@');
  const version = await ledger.runbookVersion(runbook, after);
  const [old, now] = [await ledger.runbookText(before), await ledger.runbookText(after)];
  if (version === null || old === null || now === null) return null;
  const { owner, title, approvedBy } = version;
  return { runbook, title, owner, hash: after, approvedBy, difference: differenceBetween(old, now) };
}
