import type { Alert } from './incident.ts';
import { type Key, type KeyClass, nameOf } from './key.ts';

/** What breaks when a key of a class fails (R-KEY-EXPIRY, Identify). Alerts carry it as their name or as `details.symptom`. */
const SYMPTOMS: Readonly<Record<string, { keyClass: KeyClass; means: string }>> = {
  auth_failures: { keyClass: 'api_key', means: 'authentication of a caller fails' },
  key_expired_blocked: { keyClass: 'api_key', means: 'a caller is blocked because its key expired' },
  issuing_failed: { keyClass: 'issuer_key', means: 'tokens cannot be issued' },
  verification_failed: { keyClass: 'issuer_key', means: 'issued tokens cannot be verified' },
  manifest_rejected: { keyClass: 'federation_key', means: 'a manifest is rejected' },
  manifest_rotation_failed: { keyClass: 'federation_key', means: 'a manifest could not be rotated' },
  peer_rejected: { keyClass: 'federation_key', means: 'a peer rejects this node' },
  database_locked: { keyClass: 'passphrase', means: 'the database does not open' },
  store_locked: { keyClass: 'passphrase', means: 'the store does not open' },
};

export interface Classified {
  keyClass: KeyClass;
  why: string;
  evidence: string[];
}

/**
 * Which class of key is affected, with what speaks for it. The ledger's own registration decides, because callers fail to authenticate
 * in the wake of every other class; symptoms confirm it, or say in plain words that they point elsewhere.
 */
export function classify(key: Key, alerts: readonly Alert[], now: Date): Classified {
  const symptoms = alerts.flatMap((alert) => symptomOf(alert) ?? []);
  const evidence = [registration(key), expiry(key, now), ...symptoms.map((one) => one.evidence)];
  return { keyClass: key.class, why: whyOf(key, symptoms), evidence };
}

interface Symptom {
  keyClass: KeyClass;
  means: string;
  evidence: string;
}

function symptomOf(alert: Alert): Symptom | null {
  const named = alert.details.symptom;
  const symptom = (typeof named === 'string' ? SYMPTOMS[named] : undefined) ?? SYMPTOMS[alert.alert];
  if (symptom === undefined) return null;
  const counted = `${alert.count} in ${alert.windowMinutes} min`;
  const evidence = `${alert.alert} from ${alert.source}, ${counted}, received ${alert.receivedAt.toISOString()}: ${symptom.means}`;
  return { ...symptom, evidence };
}

function whyOf(key: Key, symptoms: readonly Symptom[]): string {
  const registered = `${nameOf(key)} is registered as ${key.class}`;
  if (symptoms.length === 0) return `${registered}; no alert says otherwise.`;
  const agreeing = symptoms.find((one) => one.keyClass === key.class);
  if (agreeing !== undefined) return `${registered}, and the symptom fits: ${agreeing.means}.`;
  const [other] = symptoms;
  return `${registered}, but the symptom points to ${other?.keyClass}: ${other?.means}. Check that this is the key that failed.`;
}

function registration(key: Key): string {
  return `${nameOf(key)} is registered as ${key.class} of ${key.service} in ${key.environment}, state ${key.state}`;
}

function expiry(key: Key, now: Date): string {
  if (key.expiresAt === null) return 'no expiry date is registered';
  const past = key.expiresAt.getTime() <= now.getTime();
  return `${past ? 'expired' : 'expires'} ${key.expiresAt.toISOString()}`;
}
