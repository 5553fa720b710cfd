import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { planJson } from '../../../src/cli/runbooks/plan-json.ts';
import { planText } from '../../../src/cli/runbooks/plan-text.ts';
import { firstFinal, problemsAhead, type RunbookPlan, stepsAhead } from '../../../src/domain/runbook-plan.ts';
import { Refusal } from '../../../src/errors.ts';
import { aPlanWorld } from '../../support/plan-world.ts';

const step = (plan: RunbookPlan, id: string) => {
  const found = plan.run.steps.find((one) => one.id === id);
  if (found === undefined) throw new Error(`the plan has no step ${id}`);
  return found;
};
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  );

/** As it is printed, but for the folder of this machine (of the same length, so that lines break alike) and the text of the runbook. */
function shown(plan: RunbookPlan): string {
  return `${planText(plan).replace(/( text\s+)[0-9a-f]{12}/, '$1<its hash> ')}\n`;
}

const PLACE = '/run/secrets/payments-prod';

describe('a plan says what a run would do', () => {
  // After a change of a runbook: vitest run -u, and read what changed.
  test.each([
    ['R-KEY-EXPIRY', 'expired', {}],
    ['R-ROTATE', 'planned', { mode: 'planned' }],
    ['R-ROTATE', 'exploited', { mode: 'exploited' }],
  ])('%s, %s, in words that fit on 100 columns', async (runbook, lane, inputs) => {
    const world = await aPlanWorld();
    await world.moveKey('payments-prod', PLACE);
    const plan = await world.plan({ runbook, inputs });
    const text = shown(plan);
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
    await expect(text).toMatchFileSnapshot(`golden/${runbook}-${lane}.txt`);
  });

  test('leaves out what inputs and ledger rule out, and says of the rest what it depends on', async () => {
    const { plan } = await aPlanWorld();
    const found = await plan({ runbook: 'R-ROTATE', inputs: { mode: 'planned' } });
    expect(step(found, 'revoke_first').willRun.kind).toBe('no');
    expect(step(found, 'mint').willRun).toEqual({ kind: 'yes' });
    expect(step(found, 'old_dead_by_hand').willRun).toMatchObject({ kind: 'depends', on: ['steps.old_dead.proved'] });
  });

  test('names the calls, the people with their terms, the notices and the way back of each step', async () => {
    const { plan } = await aPlanWorld();
    const found = await plan({ runbook: 'R-ROTATE', inputs: { mode: 'suspected' } });
    expect(step(found, 'mint').calls[0]).toMatch(/^ledger: mint payments-prod v4 \(pay\), which expires 2026-08-30/);
    expect(step(found, 'go').people).toMatchObject([
      { who: ['bob'], for: 'Replace payments-prod v3 (suspected) now?', terms: { rule: 'rotate', tier: 1 } },
    ]);
    expect(step(found, 'tell').notices).toEqual(['person:carol', 'caller:payments-worker', 'caller:weekly-report']);
    expect(step(found, 'deliver').back.kind).toBe('undo');
    expect(firstFinal(found)?.id).toBe('revoke_old');
    expect(found.radius).toMatchObject({
      callers: [
        { caller: 'payments-worker', calls: 30 },
        { caller: 'weekly-report', calls: 2 },
      ],
      peers: ['node-b'],
      environments: ['production'],
    });
  });

  test('takes mode, grace and approvals from the rules where nobody says them, and from whoever does', async () => {
    const { plan } = await aPlanWorld({
      ledger: { keys: [{ slug: 'payments-prod', version: 3, owner: 'carol', delivery: 'file' }] },
    });
    const byRule = await plan({ runbook: 'R-ROTATE' });
    expect(byRule.run.inputs).toMatchObject({ mode: 'planned', grace_minutes: 1440, approvals: 0 });
    expect(byRule.start.obstacles).toEqual([]);
    expect(byRule.run.earliestEndAt).toEqual(new Date('2026-06-02T09:00:00Z'));
    const said = await plan({ runbook: 'R-ROTATE', inputs: { grace_minutes: '60' } });
    expect(said.run.inputs.grace_minutes).toBe(60);
  });

  test('plans the runs that it would start, further in', async () => {
    const { plan } = await aPlanWorld();
    const found = await plan({ runbook: 'R-KEY-EXPIRY' });
    expect(step(found, 'break_glass').children[0]?.runbook.id).toBe('R-BREAK-GLASS');
    expect(stepsAhead(found.run).map(({ id }) => id)).toContain('procedure');
  });

  test('says of a list that the run has still to find that it is one, and no problem', async () => {
    const { plan } = await aPlanWorld({
      ledger: {
        keys: ['payments-prod', 'beside-it'].map((slug) => ({ slug, owner: 'carol', service: 'payments-api' })),
      },
    });
    const inputs = { situation: 'exploited' };
    const others = step(await plan({ runbook: 'R-KEY-LEAK', inputs }), 'others');
    expect(others.problems).toEqual([]);
    expect(others.calls).toEqual(['runbook.start: once for each of ⟨steps.beside.keys⟩']);
  });

  test('of an exploited key, from the revoking on only forward', async () => {
    const { plan } = await aPlanWorld();
    const found = await plan({ runbook: 'R-ROTATE', inputs: { mode: 'exploited' } });
    expect(firstFinal(found)?.id).toBe('revoke_first');
    expect(step(found, 'mint').afterFinal).toBe('yes');
    expect(planText(found)).toContain('From here only forward');
  });
});

describe('a plan says what stands in the way', () => {
  test('of people who may not, and of a key that is in other hands', async () => {
    const { plan, stage } = await aPlanWorld();
    expect((await plan({ runbook: 'R-ROTATE', actor: 'person:dave' })).start.obstacles[0]?.code).toBe('not_allowed');
    const { engine } = stage;
    const asked = { actor: 'person:alice', channel: 'cli', dedupe: { source: 'test', id: '1' } } as const;
    const { run } = await engine.rotate({ ...asked, slug: 'payments-prod', situation: 'expired', reason: 'a test' });
    const found = await plan({ runbook: 'R-KEY-EXPIRY' });
    expect(found.start.joins).toBe(run);
  });

  test('and of an emergency that is none, word for word as a start says it', async () => {
    const { plan } = await aPlanWorld({
      ledger: { keys: [{ slug: 'payments-prod', owner: 'carol', delivery: 'file' }] },
    });
    const found = await plan({ runbook: 'R-KEY-EXPIRY' });
    expect(found.start.obstacles).toMatchObject([{ code: 'situation_needed' }]);
    expect(planText(found)).toContain('begins now      no:');
  });

  test('and of nobody who could decide today', async () => {
    const { plan } = await aPlanWorld({
      policy: { rules: { rotate: { approve: 1, from: ['carol'], escalate: null } } },
    });
    const found = await plan({ runbook: 'R-ROTATE', inputs: { mode: 'suspected' } });
    expect(problemsAhead(found)).toMatchObject([{ step: 'go', problem: expect.stringContaining('nobody can decide') }]);
  });

  test.each([
    ['unknown_runbook', { runbook: 'R-KEY-EXPIRI' }],
    ['bad_inputs', { runbook: 'R-KEY-EXPIRY', inputs: { situation: 'leaked' } }],
    ['bad_inputs', { runbook: 'R-KEY-EXPIRY', key: null }],
    ['unknown_key', { runbook: 'R-KEY-EXPIRY', key: 'payments-prd' }],
  ])('refuses what a start refuses: %s', async (code, request) => {
    const { plan } = await aPlanWorld();
    expect(await refusal(plan(request))).toBe(code);
  });
});

describe('a plan changes nothing', () => {
  test('no byte of the ledger, no place of a caller, no line of the audit, no job and no report', async () => {
    const { plan, stage, room } = await aPlanWorld();
    const other = new Database(room.ledgerFile, { readonly: true });
    onTestFinished(() => void other.close());
    const state = async () => ({
      version: other.pragma('data_version'),
      file: createHash('sha256').update(readFileSync(room.ledgerFile)).digest('hex'),
      log: createHash('sha256')
        .update(readFileSync(`${room.ledgerFile}-wal`))
        .digest('hex'),
      head: await stage.deps.ledger.read.audit({ limit: 1 }),
      place: readFileSync(`${room.places}/payments-prod.key`, 'utf8'),
      alarms: stage.alarms.size,
    });
    const before = await state();
    for (const mode of ['planned', 'suspected', 'exploited']) await plan({ runbook: 'R-ROTATE', inputs: { mode } });
    await plan({ runbook: 'R-KEY-EXPIRY' });
    expect(await state()).toEqual(before);
  });

  test('and nobody outside is called, though the key has an address where it could be tried', async () => {
    let calls = 0;
    const server = createServer(() => {
      calls += 1;
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { plan } = await aPlanWorld({
      ledger: {
        keys: [{ slug: 'payments-prod', owner: 'carol', delivery: 'file', probe_url: `http://127.0.0.1:${port}/ping` }],
      },
    });
    const found = await plan({ runbook: 'R-ROTATE', inputs: { mode: 'planned' } });
    expect(step(found, 'live').calls[0]).toMatch(new RegExp(`^GET http://127.0.0.1:${port}/ping: try `));
    expect(calls).toBe(0);
  });
});

test('the same for programs, under a name that stays', async () => {
  const { plan } = await aPlanWorld();
  const json = JSON.parse(JSON.stringify(planJson(await plan({ runbook: 'R-ROTATE', inputs: { mode: 'suspected' } }))));
  expect(json).toMatchObject({
    schema: 'rekey.plan/1',
    asked_by: 'person:alice',
    runbook: { id: 'R-ROTATE', hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    start: { now: true, obstacles: [], joins: null, incident: 'opens' },
    summary: { point_of_no_return: 'revoke_old', worst_enforcement_delay_ms: 0, last_proven: null },
  });
  expect(Object.keys(json)).toEqual(['schema', 'at', 'asked_by', 'runbook', 'start', 'run', 'radius', 'summary']);
  expect(JSON.stringify(json)).not.toMatch(/rekey_(live|test)_/);
});
