import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { anHttpWorld, type HttpWorld } from '../support/http-world.ts';
import { rawLedger } from '../support/ledger-file.ts';
import { askNobody } from './api-client.ts';
import { type Hostile, hostileRequests, type Pools } from './hostile.ts';

// In memory where there is such a place: what is tried here is not whether the disk keeps it, and each change waits for the disk.
if (existsSync('/dev/shm')) process.env.TMPDIR = '/dev/shm';

// Of each of the two seeds.
const REQUESTS = 10_000;
const UNLIMITED = { calls: 1e9, checks: 1e9, refused: 1e9 };

const ALL = [
  'keys:read',
  'keys:create',
  'keys:rotate',
  'keys:revoke',
  'keys:suspend',
  'keys:change',
  'keys:verify',
  'audit:read',
  'usage:write',
];

/** Keys in every state, tokens with every right, some and none, and what none of the answers may hold. */
async function aTarget(world: HttpWorld): Promise<Pools> {
  askNobody(world);
  const issue = async (overrides: Parameters<HttpWorld['issue']>[0]) =>
    (await world.issue({ rateLimit: null, ...overrides })).material;
  const targets = [
    await issue({ slug: 'payments-prod', delivery: null }),
    await issue({ slug: 'billing-prod', service: 'billing', delivery: null }),
    await issue({ slug: 'retiring', state: 'retiring', retiringAt: NOON, graceEndsAt: minutesAfter(NOON, 600) }),
    await issue({ slug: 'suspended', state: 'suspended', suspendedAt: NOON }),
    await issue({ slug: 'revoked', state: 'revoked', revokedAt: NOON }),
    await issue({ slug: 'expired', expiresAt: daysAfter(NOON, -1) }),
  ];
  for (let i = 0; i < 40; i++)
    targets.push(await issue({ slug: `target-${i}`, service: i % 2 === 0 ? 'payments' : 'ci', delivery: null }));
  const tokens = [
    await issue({ slug: 'may-all', service: 'ci', scopes: ALL }),
    await issue({ slug: 'may-payments', service: 'ci', scopes: ALL.map((scope) => `${scope}@payments`) }),
    await issue({ slug: 'may-read', service: 'ci', scopes: ['keys:read', 'audit:read'] }),
    await issue({ slug: 'may-nothing', service: 'ci', scopes: [] }),
    await issue({ slug: 'was-all', service: 'ci', scopes: ALL, state: 'revoked', revokedAt: NOON }),
  ];
  const files = ['master.key', 'pepper.key'].map((name) => readFileSync(join(world.keysDir, name), 'utf8').trim());
  const keys = [...targets, ...tokens, 'whsec_canary0123456789abcdefghij'];
  const names = [
    ...Array.from({ length: 40 }, (_, i) => `target-${i}`),
    'payments-prod',
    'billing-prod',
    'retiring',
    'suspended',
    'revoked',
    'expired',
    'may-read',
    'clm-none',
  ];
  // The one that may everything asks most often, so that much of what is wrong gets as far as the verbs.
  return { tokens: [...Array(100).fill(tokens[0]), ...tokens, ...targets], names, keys, canaries: [...keys, ...files] };
}

/** Every change of a row that has to be audited, as the database sees it. */
function watchChanges({ ledgerFile }: HttpWorld): () => { tables: string[]; seq: number } {
  const raw = rawLedger(ledgerFile);
  const unaudited = [
    'usage',
    'answers',
    'audit',
    'audit_head',
    'audit_checked',
    'key_counts',
    'outbox',
    'messages',
    'inbox',
    'seen_changes',
  ];
  raw.exec('create table seen_changes (name text)');
  const tables = raw
    .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
    .pluck()
    .all() as string[];
  for (const table of tables.filter((name) => !unaudited.includes(name)))
    for (const change of ['insert', 'update', 'delete'])
      raw.exec(
        `create trigger see_${table}_${change} after ${change} on ${table} begin insert into seen_changes values ('${table}'); end`,
      );
  const version = raw.prepare('pragma data_version').pluck();
  const seen = raw.prepare('select distinct name from seen_changes').pluck();
  const head = raw.prepare('select seq from audit_head').pluck();
  let before: unknown = null;
  return () => {
    const now = version.get();
    if (now === before) return { tables: [], seq: Number(head.get()) };
    before = now;
    const changed = seen.all() as string[];
    if (changed.length > 0) raw.exec('delete from seen_changes');
    return { tables: changed, seq: Number(head.get()) };
  };
}

test.each([
  ['the seed that is always the same', 20_270_310],
  ['a seed of its own', Math.floor(Math.random() * 2 ** 31)],
])(
  `${REQUESTS} hostile requests, from %s: no 5xx, no secret in an answer, no change without an audit line`,
  async (_, seed) => {
    const world = await anHttpWorld(undefined, UNLIMITED);
    const pools = await aTarget(world);
    const changes = watchChanges(world);
    changes();
    let { seq } = changes();
    const statuses = new Map<number, number>();
    for (const [index, request] of fc.sample(hostileRequests(pools), { numRuns: REQUESTS, seed }).entries()) {
      // What was begun goes on, so that there are offers, new keys and keys in grace to be hostile to.
      if (index % 500 === 0) await world.advance().then(changes);
      seq = changes().seq;
      const { status, said } = await answerTo(world, request);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const after = changes();
      const asked = () =>
        `seed ${seed}: ${JSON.stringify(request).slice(0, 2_000)} → ${status} ${said.slice(0, 500)} ${JSON.stringify(world.reported.at(-1))} ${world.reported.at(-1)?.error}`;
      if (status >= 500) expect.fail(`a defect: ${asked()}`);
      if (pools.canaries.some((canary) => said.includes(canary)) || /rekey_(live|test)_\w{16}_/.test(said))
        expect.fail(`a secret: ${asked()}`);
      if (after.tables.length > 0 && after.seq === seq)
        expect.fail(`${after.tables} changed without an audit line: ${asked()}`);
    }
    // They have to get somewhere: a test in which everything is refused at the door would prove nothing.
    const wanted = [200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 413, 422];
    expect(wanted.filter((status) => !statuses.has(status))).toEqual([]);
    expect(await world.ledger.verifyAudit()).toMatchObject({ whole: true });
    expect(await world.ledger.verifyTables()).toMatchObject({ whole: true });
  },
  120_000,
);

async function answerTo(
  { app }: HttpWorld,
  { method, url, headers, body }: Hostile,
): Promise<{ status: number; said: string }> {
  const isBare = method === 'GET' || method === 'HEAD' || body === undefined;
  const answer = await app.request(url, { method, headers, ...(isBare ? {} : { body }) });
  return { status: answer.status, said: `${JSON.stringify([...answer.headers])} ${await answer.text()}` };
}
