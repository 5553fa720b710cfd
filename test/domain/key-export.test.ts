import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { EXPORT_FORMATS, exportedKeys, exportText, referenceTo, variableOf } from '../../src/domain/key-export.ts';
import { aKey, NOON } from '../support/builders.ts';

const stripe = aKey({ slug: 'stripe-prod', secretRef: 'op://prod/stripe/key', expiresAt: NOON });
const nasty = `op://it's/$(touch pwned)/\`id\`/"q"/\\n`;

test('a reference is what people said, else the place it is delivered to, else its name (S2-27)', () => {
  expect(referenceTo(stripe)).toBe('op://prod/stripe/key');
  expect(referenceTo(aKey())).toBe('file:/run/secrets/payments');
  expect(referenceTo(aKey({ delivery: null }))).toBe('rekey:payments-prod');
});

test('all four formats say name, reference and expiry, and nothing that comes from the value (S2-27)', () => {
  const keys = exportedKeys([stripe]);
  const written = Object.fromEntries(EXPORT_FORMATS.map((format) => [format, exportText(keys, format)]));
  expect(written).toMatchObject({
    env: `export STRIPE_PROD='op://prod/stripe/key'\nexport STRIPE_PROD_EXPIRES_AT='2027-03-10T12:00:00.000Z'\n`,
    dotenv: `STRIPE_PROD='op://prod/stripe/key'\nSTRIPE_PROD_EXPIRES_AT='2027-03-10T12:00:00.000Z'\n`,
    'github-actions': `STRIPE_PROD=op://prod/stripe/key\nSTRIPE_PROD_EXPIRES_AT=2027-03-10T12:00:00.000Z\n`,
  });
  expect(JSON.parse(written.json ?? '')).toMatchObject({
    STRIPE_PROD: { key: 'stripe-prod', version: 3, reference: 'op://prod/stripe/key' },
  });
  for (const text of Object.values(written)) {
    expect(text).not.toContain(stripe.digest);
    expect(text).not.toContain(stripe.last4);
  }
});

test('a real shell reads back exactly what was exported, and runs none of it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-export-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const secretRef of [nasty, 'op://a b/c', `''`, '$HOME']) {
    const text = exportText(exportedKeys([aKey({ slug: 'one', secretRef })]), 'env');
    writeFileSync(join(folder, 'env'), text);
    const said = execFileSync('sh', ['-c', '. ./env && printf %s "$ONE" && ls'], { cwd: folder, encoding: 'utf8' });
    expect(said).toBe(`${secretRef}env\n`);
  }
});

test('a reader of .env files reads back exactly what was exported', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^op:\/\/[a-z "'#=]{0,30}$/), (secretRef) => {
      fc.pre(!(secretRef.includes("'") && secretRef.includes('"')));
      const text = exportText(exportedKeys([aKey({ slug: 'one', secretRef })]), 'dotenv');
      expect(parseEnv(text).ONE).toBe(secretRef);
    }),
  );
});

test('what would be another variable, or the same one twice, is refused', () => {
  const withRef = (secretRef: string) => exportedKeys([aKey({ secretRef })]);
  for (const format of ['env', 'dotenv', 'github-actions'] as const)
    expect(() => exportText(withRef('op://a\nPATH=/evil'), format)).toThrow('cannot be exported');
  expect(() => exportText(withRef(nasty), 'dotenv')).toThrow('Use --format env');
  expect(() => exportedKeys([aKey({ slug: 'a-b' }), aKey({ slug: 'a_b' })])).toThrow('would both be A_B');
  expect(() => exportedKeys([aKey({ slug: 'a' }), aKey({ slug: 'a-expires-at' })])).toThrow('A_EXPIRES_AT');
  expect(variableOf('2fa-prod')).toBe('_2FA_PROD');
});
