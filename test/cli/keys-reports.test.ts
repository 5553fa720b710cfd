import { expect, test } from 'vitest';
import { openLedger } from '../../src/ledger/ledger.ts';
import { DAY, daysAfter } from '../support/builders.ts';
import { anInstallation } from '../support/installation.ts';

const inDays = (days: number) => daysAfter(new Date(), days);

async function aTeamsLedger() {
  const rekey = anInstallation();
  const base = { version: 1, activatedAt: inDays(-10), createdAt: inDays(-10) };
  const issued = await rekey.issue(
    { ...base, slug: 'billing', expiresAt: inDays(60) },
    { ...base, slug: 'dead', state: 'revoked', revokedAt: inDays(-2), expiresAt: inDays(60) },
    { ...base, slug: 'late', expiresAt: inDays(-1) },
    { ...base, slug: 'soon', service: 'search', expiresAt: inDays(5), activatedAt: inDays(-200) },
  );
  return { ...rekey, issued };
}

test('the audit names what is wrong in its order and ends with 1 when a key is expired (S2-09, S2-24)', async () => {
  const { rekey } = await aTeamsLedger();
  const { code, out } = await rekey(['keys', 'audit']);
  expect(code).toBe(1);
  expect(out.split('\n').filter((line) => !line.startsWith(' '))).toEqual([
    '⊘ 1 revoked',
    '✗ 1 expired',
    '⚠ 1 expiring within 7 d',
    '✓ 1 healthy',
    '',
  ]);
  expect(out).toMatch(/ late v1 {2}payments, production: expired .*, replace it now/);
  expect(await rekey(['keys', 'audit', '--service', 'search'])).toMatchObject({ code: 0 });
  expect((await rekey(['keys', 'audit', '--service', 'search', '--within', '4d'])).out).toBe('✓ 1 healthy\n');
});

test('a pipeline cannot pass because a name was mistyped: nothing to judge is not healthy', async () => {
  const { rekey } = await aTeamsLedger();
  const { code, out } = await rekey(['keys', 'audit', '--service', 'serch']);
  expect([code, out]).toEqual([3, '✓ 0 healthy\n? There is no key to judge, so nothing was judged.\n']);
});

test('no ledger is a tool error and no verdict (S2-24)', async () => {
  const { rekey } = anInstallation();
  expect(await rekey(['keys', 'audit'])).toMatchObject({ code: 2, out: '' });
});

test('the audit as JSON has one schema and nothing that comes from a value (S2-15)', async () => {
  const { rekey, issued } = await aTeamsLedger();
  const { out } = await rekey(['keys', 'audit', '--json']);
  const found = JSON.parse(out);
  expect(Object.keys(found)).toEqual([
    ...['schema', 'at', 'within_seconds', 'title', 'outcome', 'exit_code', 'counts'],
    ...['revoked', 'expired', 'expiring', 'unknown', 'doubts'],
  ]);
  expect(found).toMatchObject({
    schema: 'rekey.audit/1',
    title: 'Credential audit: 1 expired, 1 expiring',
    outcome: 'expired',
    exit_code: 1,
    counts: { revoked: 1, expired: 1, expiring: 1, unknown: 0, healthy: 1, pending: 0 },
  });
  expect(Object.keys(found.expired[0])).toEqual([
    ...['slug', 'version', 'class', 'service', 'environment', 'owner', 'state', 'health', 'expires_at'],
  ]);
  for (const { key } of issued) {
    expect(out).not.toContain(key.digest?.slice(0, 12));
    expect(out).not.toContain(key.externalRef);
  }
});

test('GitHub gets one annotation a key (S2-24)', async () => {
  const { rekey } = await aTeamsLedger();
  const { code, out } = await rekey(['keys', 'audit', '--ci']);
  expect(code).toBe(1);
  expect(out).toMatch(/^::error title=Expired key::late v1 .*\n::warning title=Expiring key::soon v1 .*\n::notice /);
});

test('compliance, stats, expiring and zombies say what the ledger knows (S1-22, S2-28, S3-17, S4-71, S2-12)', async () => {
  const { rekey, issued, ledgerFile } = await aTeamsLedger();
  const compliance = await rekey(['keys', 'compliance']);
  expect(compliance.code).toBe(1);
  expect(compliance.out).toMatch(/^66 %: 2 of 3 keys/);
  expect(compliance.out).toMatch(/soon v1 +200 d +90 d/);
  expect(await rekey(['keys', 'compliance', '--max-age', '365d'])).toMatchObject({ code: 0 });
  expect((await rekey(['keys', 'compliance', '--csv'])).out.split('\r\n')).toHaveLength(5);

  const stats = JSON.parse((await rekey(['keys', 'stats', '--json'])).out);
  expect(stats).toMatchObject({ keys: 4, services: 2, health: { revoked: 1, expired: 1, expiring: 1, healthy: 1 } });

  const expiring = await rekey(['keys', 'expiring', '--json']);
  expect(JSON.parse(expiring.out).map(({ slug }: { slug: string }) => slug)).toEqual(['late', 'soon']);

  expect(await rekey(['keys', 'zombies'])).toMatchObject({ code: 0, out: 'Nobody calls with a dead key.\n' });
  const ledger = await openLedger({ file: ledgerFile, now: () => new Date() });
  const dead = issued[1]?.key;
  if (dead === undefined) throw new Error('nothing was issued');
  const call = { caller: 'old-cron', at: new Date(Date.now() - DAY), accepted: 0, rejected: 7 };
  await ledger.countUsage([{ key: dead.id, ...call }]);
  await ledger.close();
  const { code, out } = await rekey(['keys', 'zombies']);
  expect(code).toBe(1);
  expect(out).toMatch(/dead v1 +revoked +old-cron +7 +0 /);
});

test('why a key is rejected is answered by name, id or fingerprint; an unknown one with what was meant (S1-27, S1-30)', async () => {
  const { rekey, issued } = await aTeamsLedger();
  const late = issued[2]?.key;
  for (const name of ['late', late?.id ?? '', late?.digest?.slice(0, 12) ?? '']) {
    const { code, out } = await rekey(['keys', 'why', name]);
    expect(code).toBe(1);
    expect(out).toContain('late v1 expired at');
    expect(out).toContain('→ Replace it: rekey keys rotate late');
  }
  expect(await rekey(['keys', 'why', 'laet'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Did you mean late?'),
  });
});

test('what is dead is left out of an export, and said so beside it (S2-27)', async () => {
  const { rekey } = await aTeamsLedger();
  const { out, err } = await rekey(['keys', 'export', '--format', 'json', '--env', 'production']);
  expect(Object.keys(JSON.parse(out))).toEqual(['BILLING', 'SOON']);
  expect(err).toBe('Left out: dead v1 is revoked.\nLeft out: late v1 is expired.\n');
});
