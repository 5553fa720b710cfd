import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { KeyId } from '../domain/ids.ts';
import type { Key } from '../domain/key.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { issuerOf, publicHalf, SIGNING_ALGORITHM } from './jwt-signing-keys.ts';
import type { Pepper } from './pepper.ts';
import { isUsable, type KeyVerdict, verdictOn } from './verify-key.ts';

const SHAPE = /^eyJ[0-9A-Za-z_-]+\.[0-9A-Za-z_-]+\.[0-9A-Za-z_-]+$/;

export type Verified = KeyVerdict & { key: Key | null };

/** May this be used? The one answer of every door: HTTP, command line and probes. */
export async function verifyMaterial(from: JwtLedger, material: string): Promise<Verified> {
  return verifyWith(from, material, (text) => verifyByRow(from, text));
}

/** The same for whoever finds the row of what is no JWT by other means, such as a cache. */
export function verifyWith<Row>(
  from: JwtLedger,
  material: string,
  verifyRow: (material: string) => Row,
): Promise<Verified> | Row {
  return looksLikeJwt(material) ? verifyJwt(from, material) : verifyRow(material);
}

async function verifyByRow({ ledger, pepper, now }: JwtLedger, material: string): Promise<Verified> {
  const key = await ledger.keyByDigest(pepper.digestOf(material));
  return { ...verdictOn(key, now), key };
}

/** Whether this has to be asked of `verifyJwt`: the ledger's row alone does not know what became of the key that signed it. */
export function looksLikeJwt(material: string): boolean {
  return SHAPE.test(material);
}

/**
 * The signature, by the `kid` that the JWT names, and the ledger's row, by its digest; and a JWT is worth no more than the key that signed
 * it. `retiring` with a deadline also when it is the signing key that retires before the JWT ends. A JWT that another system signed and
 * somebody registered here is what its row says.
 */
export async function verifyJwt(from: JwtLedger, token: string): Promise<Verified> {
  const { ledger, now } = from;
  const verdict = await verifyByRow(from, token);
  const { key } = verdict;
  if (key === null || key.provider !== 'ledger') return verdict;
  const signer = await signerOf(token, ledger);
  if (signer === null || !(await isSigned(token, signer))) return { status: 'not_found', key: null };
  return isUsable(verdict) ? { ...worseOf(verdict, { signer, key, now }), key } : verdict;
}

interface JwtLedger {
  ledger: Pick<LedgerReader, 'key' | 'keyByDigest'>;
  pepper: Pick<Pepper, 'digestOf'>;
  now: Date;
}

async function signerOf(token: string, ledger: Pick<LedgerReader, 'key'>): Promise<Key | null> {
  if (!looksLikeJwt(token)) return null;
  const signer = await ledger.key(KeyId.parse(kidOf(token) ?? ''));
  return signer === null || signer.publicJwk === null || signer.class !== 'issuer_key' ? null : signer;
}

function kidOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
}

/** Time is not asked here: the row says the same and more, and what has expired is told apart from what was never ours. */
async function isSigned(token: string, signer: Key): Promise<boolean> {
  try {
    const only = { algorithms: [SIGNING_ALGORITHM], issuer: issuerOf(signer), currentDate: new Date(0) };
    await jwtVerify(token, await publicHalf(signer), only);
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
}

function worseOf(own: KeyVerdict, { signer, key, now }: { signer: Key; key: Key; now: Date }): KeyVerdict {
  const signers = verdictOn(signer, now);
  if (!isUsable(signers)) return { status: signers.status };
  const [until] = [own.until, signers.until].filter((one) => one !== undefined).sort();
  const ends = key.expiresAt?.toISOString();
  return until === undefined || (ends !== undefined && ends <= until) ? own : { status: 'retiring', until };
}
