import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AuditInput,
  annotations,
  auditTitle,
  credentialAudit,
  exitCodeOf,
  outcomeOf,
} from '../../src/domain/credential-audit.ts';
import { aKey, DAY, daysAfter, minutesAfter, NOON } from '../support/builders.ts';

const WEEK = 7 * DAY;

function audit(input: Partial<AuditInput> = {}) {
  const nothing = { gone: [], ending: [], undated: [], lastRecordedAt: NOON } as const;
  return credentialAudit({
    now: NOON,
    withinMs: WEEK,
    counts: [{ state: 'active', count: 3 }],
    ...nothing,
    ...input,
  });
}

const expired = aKey({ expiresAt: minutesAfter(NOON, -1) });
const expiring = aKey({ expiresAt: daysAfter(NOON, 7) });
const revoked = aKey({ state: 'revoked', revokedAt: NOON, expiresAt: minutesAfter(NOON, -1) });

test('a key is asked in this order: revoked, expired, expiring, healthy (S2-09, S2-13)', () => {
  const gone = [revoked, aKey({ state: 'expired', slug: 'recorded' })];
  const found = audit({ gone, ending: [expired, expiring] });
  expect(found.revoked).toEqual([revoked]);
  expect(found.expired.map(({ slug }) => slug)).toEqual(['recorded', 'payments-prod']);
  expect(found.expiring).toEqual([expiring]);
  expect(found.healthy).toBe(1);
});

test('exactly seven days left is expiring, and not a moment left is expired (S2-10, S2-11)', () => {
  const at = (ms: number) => audit({ ending: [aKey({ expiresAt: new Date(NOON.getTime() + ms) })] });
  expect([at(WEEK).expiring.length, at(1).expiring.length]).toEqual([1, 1]);
  expect([at(0).expired.length, at(-1).expired.length]).toEqual([1, 1]);
});

test.each([
  [{}, 'healthy', 0],
  [{ ending: [expiring] }, 'healthy', 0],
  [{ gone: [revoked] }, 'healthy', 0],
  [{ ending: [expired] }, 'expired', 1],
  [{ undated: [aKey({ expiresAt: null })] }, 'unknown', 3],
  [{ ending: [expired], undated: [aKey({ expiresAt: null })] }, 'expired', 1],
  [{ counts: [] }, 'unknown', 3],
  [{ lastRecordedAt: minutesAfter(NOON, 6) }, 'unknown', 3],
  [{ lastRecordedAt: minutesAfter(NOON, 4) }, 'healthy', 0],
] as const)('a pipeline gets one answer: %j is %s', (input, outcome, code) => {
  const found = audit(input as Partial<AuditInput>);
  expect([outcomeOf(found), exitCodeOf(outcomeOf(found))]).toEqual([outcome, code]);
});

test('what is expired is an error for GitHub, what expires a warning, and both say what to type (S2-24)', () => {
  const lines = annotations(audit({ gone: [revoked], ending: [expired, expiring] }));
  expect(lines).toEqual([
    '::error title=Expired key::payments-prod v3 (payments, production) expired 2027-03-10. Rotate it: rekey keys rotate payments-prod',
    '::warning title=Expiring key::payments-prod v3 (payments, production) expires 2027-03-17. Rotate it: rekey keys rotate payments-prod',
    '::notice title=Revoked key::payments-prod v3 (payments, production) is revoked. Remove it from what still reads it.',
  ]);
});

test('no name that somebody chose can begin another command of GitHub', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (service) => {
      const [line = ''] = annotations(audit({ ending: [aKey({ service })] }));
      expect(line.split(/\r|\n/)).toHaveLength(1);
      const shown = line.slice(line.indexOf('v3 (') + 4, line.lastIndexOf(', production)'));
      expect(decodeURIComponent(shown.replaceAll(/%(?!25|0D|0A)/g, '%25'))).toBe(service);
    }),
  );
});

test('a ticket is called the same as long as the figures are the same (S2-26)', () => {
  expect(auditTitle(audit({ ending: [expired, expiring, expiring] }))).toBe('Credential audit: 1 expired, 2 expiring');
});
