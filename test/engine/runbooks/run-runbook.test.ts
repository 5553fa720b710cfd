import { expect, test } from 'vitest';
import { openEngine } from '../../../src/engine/open-engine.ts';
import { runRunbook } from '../../../src/engine/runbooks/run-runbook.ts';
import { aKey, alice, bob, daysAfter, NOON } from '../../support/builders.ts';
import { from, refusalOf } from '../../support/engine-world.ts';
import { anOpenLedger, recordEvents } from '../../support/ledger-file.ts';
import { shippedDeps } from '../../support/shipped-deps.ts';

async function aRekey() {
  const ledger = await anOpenLedger();
  await recordEvents(ledger, [{ type: 'key_issued', key: aKey({ expiresAt: daysAfter(NOON, 30) }) }]);
  const deps = await shippedDeps(ledger, () => NOON);
  const run = (person: typeof alice, over: object = {}) =>
    runRunbook(deps, {
      ...from(person),
      runbook: 'R-BREAK-GLASS',
      key: 'payments-prod',
      inputs: {},
      reason: 'the console is locked',
      ...over,
    });
  return { ledger, deps, run, engine: openEngine(deps) };
}

test('a runbook begins by hand, for the key that was named, and goes to its first question', async () => {
  const { run, engine, ledger } = await aRekey();
  const begun = await run(alice);
  await engine.advance(begun.run);
  const after = await ledger.read.run(begun.run);
  expect(after).toMatchObject({ requestedBy: 'person:alice', reason: 'the console is locked', key: aKey().id });
  expect(Object.values(after?.steps ?? {}).some((step) => step.state === 'waiting')).toBe(true);
});

test('the same request twice begins one run', async () => {
  const { run } = await aRekey();
  const request = from(alice);
  expect(await run(alice, request)).toEqual(await run(alice, request));
});

test('a key that a run has in its hands is left to that run, which is named', async () => {
  const { run } = await aRekey();
  const { run: first } = await run(alice);
  expect(await refusalOf(run(bob))).toMatchObject({ code: 'run_open', message: expect.stringContaining(first) });
});

test.each([
  ['R-ROTATE', 'rekey keys rotate payments-prod'],
  ['R-KEY-EXPIRY', '/rotate-key payments-prod'],
])('%s has a verb of its own, which is named', async (runbook, words) => {
  const { run } = await aRekey();
  expect(await refusalOf(run(alice, { runbook }))).toMatchObject({
    code: 'another_verb',
    message: expect.stringContaining(words),
  });
});

test.each([
  ['whoever may not', { actor: 'person:dave' }, 'not_allowed'],
  ['an unknown runbook', { runbook: 'R-BREAK-GLAS' }, 'unknown_runbook'],
  ['an unknown key', { key: 'payments-pord' }, 'unknown_key'],
  ['an unknown input', { inputs: { kee: 'a' } }, 'bad_inputs'],
  ['no reason', { reason: ' ' }, 'reason_needed'],
])('refuses %s, and the refusal is on record', async (_what, over, code) => {
  const { run, ledger } = await aRekey();
  expect((await refusalOf(run(alice, over))).code).toBe(code);
  expect((await ledger.read.audit({ limit: 1 }))[0]).toMatchObject({ action: 'request_refused' });
});
