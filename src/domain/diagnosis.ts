import { IMPORTED } from './credential-audit.ts';
import { instantText } from './instant.ts';
import { fingerprintOf, type Key, nameOf } from './key.ts';

/** What a verifier says of a key, with the deadline of one in grace. */
export interface Verdict {
  status: 'valid' | 'not_found' | 'pending' | 'retiring' | 'suspended' | 'expired' | 'revoked';
}

export interface DiagnosisInput {
  key: Key;
  verdict: Verdict;
  /** All versions of the name, newest first, with what the verifier says of each. */
  versions: readonly { key: Key; verdict: Verdict }[];
  /** Calls with this version in the last day. */
  calls: readonly { caller: string; accepted: number; rejected: number }[];
}

export interface DiagnosisCheck {
  question: string;
  /** null: the ledger cannot know. */
  ok: boolean | null;
  evidence: string;
}

/** Why this key is rejected, or why it should not be; with everything that was looked at. */
export interface Diagnosis {
  accepted: boolean;
  cause: string;
  todo: string[];
  checks: DiagnosisCheck[];
}

/** Seed 001's troubleshooting, answered from the ledger: old key rejected in grace, new key rejected, both rejected, and what a 401 may mean. */
export function diagnose(input: DiagnosisInput): Diagnosis {
  const { key, verdict } = input;
  return {
    accepted: verdict.status === 'valid' || verdict.status === 'retiring',
    cause: causeOf(input),
    todo: todoFor(input),
    checks: checksOf(key, input),
  };
}

function causeOf({ key, verdict, versions }: DiagnosisInput): string {
  const name = nameOf(key);
  const none = versions.some((one) => isAccepted(one)) ? '' : ' No version of it is accepted now.';
  switch (verdict.status) {
    case 'valid':
      return `The ledger accepts ${name}.`;
    case 'retiring':
      return `The ledger accepts ${name} until ${at(key.graceEndsAt)}; its replacement is in use.`;
    case 'pending':
      return `${name} was minted and is not active yet: its material was not handed over.${none}`;
    case 'suspended':
      return `${name} is suspended since ${at(key.suspendedAt)}. That can be taken back.${none}`;
    case 'revoked':
      return `${name} was revoked at ${at(key.revokedAt)}. That is final.${none}`;
    case 'expired':
      return key.state === 'retiring'
        ? `The grace of ${name} ended at ${at(key.graceEndsAt)}; only its replacement is accepted.${none}`
        : `${name} expired at ${at(key.expiresAt)}.${none}`;
    case 'not_found':
      return 'It is no key of this ledger.';
    default:
      return verdict.status satisfies never;
  }
}

function todoFor({ key, verdict, versions, calls }: DiagnosisInput): string[] {
  const usable = versions.find((one) => one.key.id !== key.id && isAccepted(one))?.key;
  const moveOver = usable === undefined ? [] : [`Give its callers ${nameOf(usable)}${whereIs(usable)}.`];
  switch (verdict.status) {
    case 'valid':
      return [
        `Compare what the caller sends: its fingerprint is ${fingerprintOf(key)} (rekey keys verify --json tells).`,
        'Then compare the endpoint with the scopes below, and ask the API whether it looks at the caller’s address.',
      ];
    case 'retiring':
      return [...moveOver, ...calls.map(({ caller }) => `${caller} still calls with it.`)];
    case 'pending':
      return [
        'Take its secret (rekey keys claim), or look at the rotation that makes it (rekey keys rotation).',
        ...moveOver,
      ];
    case 'suspended':
      return [`Reinstate it when the reason is gone: rekey keys reinstate ${key.slug} --because "…"`, ...moveOver];
    case 'expired':
      return [...moveOver, ...(key.state === 'retiring' ? lateInGrace(key) : replace(key, usable))];
    case 'revoked':
      return [...moveOver, ...replace(key, usable)];
    case 'not_found':
      return ['Look for its name: rekey keys list'];
    default:
      return verdict.status satisfies never;
  }
}

function lateInGrace(key: Key): string[] {
  if (key.graceExtensions > 0 || key.compromisedAt !== null) return [];
  return [`Until it is revoked it can be brought back once: rekey keys extend ${key.slug} --hours 12 --because "…"`];
}

function replace(key: Key, usable: Key | undefined): string[] {
  if (usable !== undefined) return [];
  return [
    key.provider === IMPORTED
      ? 'Replace it where it was made.'
      : `Replace it: rekey keys rotate ${key.slug} --because "…"`,
  ];
}

function whereIs({ delivery }: Key): string {
  return delivery === null ? '' : `, which is in ${delivery.target}`;
}

function checksOf(key: Key, { verdict, versions, calls }: DiagnosisInput): DiagnosisCheck[] {
  const inUse = versions.find(({ key: one }) => one.supersededAt === null && one.activatedAt !== null)?.key;
  const isExpired = verdict.status === 'expired' && key.state !== 'retiring';
  const sum = (of: (call: { accepted: number; rejected: number }) => number) =>
    calls.reduce((total, call) => total + of(call), 0);
  return [
    { question: 'Was it handed over?', ok: key.activatedAt !== null, evidence: since('active since', key.activatedAt) },
    { question: 'Is it not revoked?', ok: key.revokedAt === null, evidence: since('revoked at', key.revokedAt) },
    { question: 'Is it not suspended?', ok: key.state !== 'suspended', evidence: since('since', key.suspendedAt) },
    {
      question: 'Has it not expired?',
      ok: !isExpired,
      evidence: key.expiresAt === null ? 'no expiry on record' : `until ${at(key.expiresAt)}`,
    },
    ...graceCheck(key, verdict),
    {
      question: 'Is it the newest?',
      ok: inUse === undefined || inUse.id === key.id,
      evidence: inUse === undefined ? 'none is in use' : `${nameOf(inUse)} is in use`,
    },
    { question: 'What of its versions?', ok: null, evidence: versions.map(versionText).join(', ') },
    {
      question: 'Was it seen in the last day?',
      ok: calls.length > 0 ? true : null,
      evidence: callsText(
        calls,
        sum((call) => call.accepted),
        sum((call) => call.rejected),
      ),
    },
    {
      question: 'May it do what was asked?',
      ok: null,
      evidence: `scopes: ${key.scopes.join(', ') || 'none on record'}`,
    },
    {
      question: 'Does it call too often?',
      ok: null,
      evidence: key.rateLimit === null ? 'no limit on record' : `limit: ${key.rateLimit} a second`,
    },
    { question: 'Is the endpoint right, and the caller’s address allowed?', ok: null, evidence: 'only the API knows' },
  ];
}

function graceCheck(key: Key, verdict: Verdict): DiagnosisCheck[] {
  if (key.graceEndsAt === null) return [];
  return [
    { question: 'Is its grace not over?', ok: verdict.status === 'retiring', evidence: `until ${at(key.graceEndsAt)}` },
  ];
}

function callsText(calls: DiagnosisInput['calls'], accepted: number, rejected: number): string {
  if (calls.length === 0) return 'by nobody who asks this ledger';
  return `${accepted} accepted, ${rejected} rejected, of ${calls.map(({ caller }) => caller).join(', ')}`;
}

function versionText({ key, verdict }: DiagnosisInput['versions'][number]): string {
  return `v${key.version} ${verdict.status}`;
}

function isAccepted({ verdict }: { verdict: Verdict }): boolean {
  return verdict.status === 'valid' || verdict.status === 'retiring';
}

function since(words: string, instant: Date | null): string {
  return instant === null ? '-' : `${words} ${at(instant)}`;
}

function at(instant: Date | null): string {
  return instant === null ? 'an unknown time' : instantText(instant);
}
