import { describe, expect, test } from 'vitest';
import { classify } from '../../src/domain/classify.ts';
import type { KeyClass } from '../../src/domain/key.ts';
import { aKey, anAlert, daysAfter, NOON } from '../support/builders.ts';

describe('which class of key is affected', () => {
  test.each<[string, KeyClass]>([
    ['auth_failures', 'api_key'],
    ['key_expired_blocked', 'api_key'],
    ['issuing_failed', 'issuer_key'],
    ['verification_failed', 'issuer_key'],
    ['manifest_rejected', 'federation_key'],
    ['peer_rejected', 'federation_key'],
    ['database_locked', 'passphrase'],
    ['store_locked', 'passphrase'],
  ])('the symptom %s fits a key of class %s', (alert, keyClass) => {
    const found = classify(aKey({ class: keyClass }), [anAlert({ alert })], NOON);
    expect(found.keyClass).toBe(keyClass);
    expect(found.why).toContain('the symptom fits');
    expect(found.evidence.join('\n')).toContain(`${alert} from hook:payments_api, 12 in 10 min`);
  });

  test('reads the symptom from the details of a generic alert', () => {
    const found = classify(
      aKey({ class: 'passphrase' }),
      [anAlert({ alert: 'page', details: { symptom: 'store_locked' } })],
      NOON,
    );
    expect(found.why).toContain('the store does not open');
  });

  test('says so when the symptom points to another class, and stays with what is registered', () => {
    const found = classify(aKey(), [anAlert({ alert: 'manifest_rejected' })], NOON);
    expect(found.keyClass).toBe('api_key');
    expect(found.why).toContain('points to federation_key');
    expect(found.why).toContain('Check that this is the key that failed');
  });

  test('one fitting symptom outweighs others that follow from it', () => {
    const alerts = [anAlert({ alert: 'auth_failures' }), anAlert({ alert: 'verification_failed' })];
    expect(classify(aKey({ class: 'issuer_key' }), alerts, NOON).why).toContain('the symptom fits');
  });

  test('goes by the registration alone without an alert, and tells when the key expired', () => {
    const found = classify(aKey(), [], NOON);
    expect(found.why).toContain('no alert says otherwise');
    expect(found.evidence).toContain('expired 2027-03-10T11:24:00.000Z');
  });

  test.each([
    [null, 'no expiry date is registered'],
    [daysAfter(NOON, 1), 'expires 2027-03-11T12:00:00.000Z'],
  ])('tells of an expiry at %s: %s', (expiresAt, sentence) => {
    expect(classify(aKey({ expiresAt }), [], NOON).evidence).toContain(sentence);
  });
});
