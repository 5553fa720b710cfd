import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../domain/canonical.ts';
import type { Channel } from '../domain/event.ts';
import type { Actor } from '../domain/ids.ts';
import { Refusal } from '../errors.ts';
import type { Ledger } from './ledger.ts';
import type { AuditVerdict, Progress } from './verify-audit.ts';

/** A statement that the audit had this line at this time. Kept elsewhere, it is what nobody who owns this machine can write anew. */
export const Checkpoint = z.strictObject({
  seq: z.int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.iso.datetime({ precision: 3 }),
  /** The Ed25519 public key, 32 bytes in hex. */
  signer: z.string().regex(/^[0-9a-f]{64}$/),
  signature: z.string().regex(/^[0-9a-f]{128}$/),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

export interface CheckpointSigner {
  signer: string;
  /** Over the UTF-8 bytes of the text; hex. */
  sign: (text: string) => string;
}

/**
 * Signs the end of the audit as it is now, and records that it did. Refusal `audit_broken` when the end does not hold: a signature would
 * make it look as if it did.
 */
export async function signCheckpoint(
  ledger: Pick<Ledger, 'record' | 'verifyTail'>,
  signer: CheckpointSigner,
  by: { at: Date; actor: Actor; channel: Channel },
): Promise<Checkpoint> {
  const verdict = await ledger.verifyTail();
  if (!verdict.whole)
    throw new Refusal('audit_broken', `The audit is not whole (${verdict.why}), so its end is not signed.`);
  return ledger.record(by, async ({ read }) => {
    const unsigned = { ...(await read.auditHead()), at: by.at.toISOString(), signer: signer.signer };
    const checkpoint = { ...unsigned, signature: signer.sign(signedText(unsigned)) };
    const { seq, hash } = checkpoint;
    return { events: [{ type: 'checkpoint_signed', seq, hash, signer: signer.signer }], result: checkpoint };
  });
}

/** One line, as it is kept in a file. */
export function checkpointLine(checkpoint: Checkpoint): string {
  return `${canonicalJson(checkpoint)}\n`;
}

/** Reads what `checkpointLine` wrote, and nothing that differs from it in a single bit. Refusal `bad_checkpoint`. */
export function readCheckpoint(text: string, trusted: string | null): Checkpoint {
  const checkpoint = parsed(text);
  if (checkpoint === null || checkpointLine(checkpoint) !== text)
    throw new Refusal(
      'bad_checkpoint',
      'Expected a checkpoint as `rekey audit checkpoint` writes it: one line of JSON.',
    );
  if (!isSigned(checkpoint))
    throw new Refusal('bad_checkpoint', 'The checkpoint was changed after it was signed: its signature does not fit.');
  if (trusted !== null && checkpoint.signer !== trusted)
    throw new Refusal(
      'bad_checkpoint',
      `The checkpoint was signed by ${checkpoint.signer.slice(0, 16)}…, and this installation signs as ${trusted.slice(0, 16)}….`,
    );
  return checkpoint;
}

/**
 * Whether the audit still has the line that was signed, and is whole from its beginning to its end. `trusted`: the signer that has to have
 * signed; null believes the one that the checkpoint names, which is right when the checkpoint itself comes from a place that is trusted.
 */
export async function verifyAgainst(
  ledger: Pick<Ledger, 'read' | 'verifyAudit'>,
  anchor: { text: string; trusted: string | null },
  progress?: Progress,
): Promise<AuditVerdict> {
  const { seq, hash, at } = readCheckpoint(anchor.text, anchor.trusted);
  const head = await ledger.read.auditHead();
  const broken = (why: string): AuditVerdict => ({ whole: false, entries: 0, at: seq, why });
  if (head.seq < seq) return broken(`the end was cut: ${seq} lines were there at ${at}, and ${head.seq} are left`);
  const line = seq === 0 ? null : (await ledger.read.auditRange(seq, seq)).at(0);
  if (line !== null && line?.hash !== hash) return broken(`line ${seq} is not the one that was signed at ${at}`);
  return ledger.verifyAudit(progress);
}

type Unsigned = Omit<Checkpoint, 'signature'>;

// Named, so that this signature can never pass for one over something else.
function signedText({ seq, hash, at, signer }: Unsigned): string {
  return `rekey audit checkpoint 1\n${canonicalJson({ seq, hash, at, signer })}`;
}

function isSigned({ signature, ...unsigned }: Checkpoint): boolean {
  const x = Buffer.from(unsigned.signer, 'hex').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, Buffer.from(signedText(unsigned)), key, Buffer.from(signature, 'hex'));
}

function parsed(text: string): Checkpoint | null {
  try {
    return Checkpoint.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
