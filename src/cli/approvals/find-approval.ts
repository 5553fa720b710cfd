import type { Approval } from '../../domain/approval.ts';
import { ApprovalId, RunId } from '../../domain/ids.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { findKey } from '../../engine/which-key.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { rotationOrRefuse } from '../keys/rotation.ts';

export interface FoundApproval {
  approval: Approval;
  /** The rotation that its run carries out, when it does. */
  rotation: Rotation | null;
}

/** The decision that is meant: by its own id, the id of its run, or the key or rotation that waits for it. */
export async function findApproval(read: LedgerReader, name: string): Promise<FoundApproval> {
  if (name.startsWith('apr-')) {
    const approval = await read.approval(ApprovalId.parse(name));
    if (approval === null) throw new Refusal('unknown_approval', `There is no approval ${name}.`);
    return { approval, rotation: await read.rotationOfRun(approval.run) };
  }
  if (name.startsWith('run-')) return openIn(read, RunId.parse(name));
  // An emergency may run without a rotation of its own; then the open run of one of the key's versions is meant.
  const versions = name.startsWith('rot-') ? [] : await read.versionsOf((await findKey(read, name)).slug);
  for (const { id } of versions) {
    const run = await read.openRunOfKey(id);
    if (run !== null) return openIn(read, run.id);
  }
  const rotation = await rotationOrRefuse(read, name);
  if (rotation.run === null) throw nothingOpen();
  return openIn(read, rotation.run);
}

async function openIn(read: LedgerReader, run: RunId): Promise<FoundApproval> {
  const [open, ...others] = await read.openApprovalsOfRun(run);
  if (open === undefined) throw nothingOpen();
  if (others.length > 0) {
    const all = [open, ...others].map(({ id, question }) => `${id} ("${question}")`).join(', ');
    throw new Refusal('several_approvals', `Several decisions are open there; say which one: ${all}.`);
  }
  return { approval: open, rotation: await read.rotationOfRun(run) };
}

function nothingOpen(): Refusal {
  return new Refusal('unknown_approval', 'Nothing waits for an approval there.');
}
