import { expect, test } from 'vitest';
import { aKey, DAY, HOUR, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, rawLedger, recordEvents } from '../support/ledger-file.ts';

const before = (ms: number) => new Date(NOON.getTime() - ms).toISOString();

/** Rows on both sides of each limit. */
async function aLedgerWithLeftovers() {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  await recordEvents(ledger, [{ type: 'key_issued', key: aKey() }]);
  const raw = rawLedger(file);
  for (const [id, at] of [
    ['old', before(30 * DAY + 1)],
    ['kept', before(30 * DAY)],
  ] as const) {
    raw.prepare('insert into dedupe (source, id, at) values (?, ?, ?)').run('http', id, at);
    raw.prepare("insert into inbox values (?, 'slack', '{}', ?, ?)").run(id, at, at);
  }
  raw.prepare("insert into inbox values ('unhandled', 'slack', '{}', ?, null)").run(before(400 * DAY));
  const answer = raw.prepare("insert into answers values ('token:ci', ?, 'h', 200, '{}', ?)");
  answer.run('old', before(48 * HOUR + 1));
  answer.run('kept', before(48 * HOUR));
  const usage = raw.prepare('insert into usage values (?, ?, ?, 1, 0)');
  usage.run(aKey().id, 'old', before(90 * DAY + 60_000));
  usage.run(aKey().id, 'kept', before(90 * DAY));
  return { ledger, raw };
}

test('deletes what was kept long enough and nothing else', async () => {
  const { ledger, raw } = await aLedgerWithLeftovers();
  expect(await ledger.prune(NOON)).toEqual({ dedupe: 1, inbox: 1, answers: 1, usage: 1 });
  expect(raw.prepare('select id from dedupe').pluck().all()).toEqual(['kept']);
  expect(raw.prepare('select id from inbox order by id').pluck().all()).toEqual(['kept', 'unhandled']);
  expect(raw.prepare('select idempotency_key from answers').pluck().all()).toEqual(['kept']);
  expect(raw.prepare('select caller from usage').pluck().all()).toEqual(['kept']);
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true, entries: 1 });
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
});

test('a second look finds nothing', async () => {
  const { ledger } = await aLedgerWithLeftovers();
  await ledger.prune(NOON);
  expect(await ledger.prune(NOON)).toEqual({ dedupe: 0, inbox: 0, answers: 0, usage: 0 });
});

test('nobody waits until a hundred thousand rows are deleted: there is a turn for others after every few hundred', async () => {
  const { ledger, raw } = await aLedgerWithLeftovers();
  const insert = raw.prepare("insert into usage values ('key-x', ?, ?, 1, 0)");
  raw.transaction(() => {
    for (let i = 0; i < 100_000; i++) insert.run(`caller-${i % 50}`, before(100 * DAY + Math.floor(i / 50) * 60_000));
  })();
  let longest = 0;
  const begun = performance.now();
  let last = begun;
  const ticking = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  expect(await ledger.prune(NOON)).toMatchObject({ usage: 100_001 });
  clearInterval(ticking);
  expect(longest).toBeLessThan((performance.now() - begun) / 4);
}, 60_000);

test.each(['dedupe', 'inbox', 'answers', 'usage'] as const)('finds what is old in %s along an index', async (table) => {
  const { raw } = await aLedgerWithLeftovers();
  const time = { dedupe: 'at', inbox: 'handled_at', answers: 'begun_at', usage: 'minute' }[table];
  const plan = raw.prepare(`explain query plan select 1 from ${table} where ${time} < ? order by ${time} limit 500`);
  expect(JSON.stringify(plan.all(''))).toMatch(/SEARCH .* USING .*INDEX/);
});
