import { differencesOf } from '../../domain/approval/differences.ts';
import type { Approval, Binding } from '../../domain/approval.ts';
import { bindingOf, reviewHashOf } from '../../domain/binding.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { EngineDeps } from '../deps.ts';

/** What a decision about this approval's run is bound to, as of now. */
export async function currentBinding(
  deps: Pick<EngineDeps, 'runbooks'>,
  approval: Approval,
  { read, policyHash }: { read: LedgerReader; policyHash: string },
): Promise<Binding> {
  const run = await read.run(approval.run);
  if (run === null) throw new Refusal('unknown_run', `The run ${approval.run} of this approval is gone.`);
  const key = run.key === null ? null : await read.key(run.key);
  return bindingOf(run, {
    fileHash: deps.runbooks.current(run.runbook.id)?.hash ?? null,
    keyVersion: key?.rowVersion ?? null,
    policyHash,
  });
}

/** What the person saw has to be what is there now; otherwise nothing is counted and the difference is named. */
export function assertFresh(approval: Approval, reviewHash: string, now: Binding): void {
  if (reviewHashOf(now) === reviewHash) return;
  const changes = differencesOf(approval.binding, now).join('; ') || 'something that is part of the plan';
  throw new Refusal(
    'stale_review',
    `Your review is out of date, so nothing was counted. Since the question was put, this changed: ${changes}. Review it again.`,
  );
}

/** The approval behind a token. That its key has come into other hands since it was asked for is seen at once. */
export async function approvalOrRefuse(read: LedgerReader, token: string): Promise<Approval> {
  const approval = await read.approvalByToken(token);
  if (approval === null)
    throw new Refusal('unknown_approval', 'This button does not belong to an approval that Rekey knows.');
  const run = await read.run(approval.run);
  const key = run?.key == null ? null : await read.key(run.key);
  const compromised = approval.subject.compromised || (key !== null && key.compromisedAt !== null);
  return { ...approval, subject: { ...approval.subject, compromised } };
}
