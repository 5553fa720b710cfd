import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

/** Turns key material into what the ledger stores, so that a stolen ledger cannot be used to test guesses. */
export interface Pepper {
  id: string;
  /** HMAC-SHA256 over the whole key, hex. */
  digestOf: (material: string) => string;
  /** Compares in constant time. */
  matches: (digest: string, material: string) => boolean;
}

export function openPepper(id: string, bytes: Uint8Array): Pepper {
  // Bytes would be made into such a key at every call, which costs seven times the digest itself.
  const key = createSecretKey(bytes);
  const digestOf = (material: string) => createHmac('sha256', key).update(material).digest('hex');
  return {
    id,
    digestOf,
    matches: (digest, material) => {
      const [known, given] = [Buffer.from(digest, 'hex'), Buffer.from(digestOf(material), 'hex')];
      return known.length === given.length && timingSafeEqual(known, given);
    },
  };
}
