import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import type { ApprovalId, AskId } from '../../src/domain/ids.ts';
import { QUESTIONS } from '../../src/domain/questions.ts';
import type { JsonObject, Waiting } from '../../src/domain/run.ts';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import type { StepContext, StepKind, StepResult } from '../../src/steps/contract.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { aStepWorld, CANARY, digestOf, OLD_MATERIAL, type StepWorld } from '../support/a-step-context.ts';
import { aKey, anAlert, anIncident, aPolicy, aRun, aVote, carol, minutesAfter, NOON } from '../support/builders.ts';

// The steps against the real tables: what they claim has to be legal there, in this order, with every constraint and trigger on.

const run = aRun();
const incident = anIncident().id;
const key = keyRefOf(aKey());
let folder: string;
let ledger: Ledger;
let world: StepWorld;
let minute: number;
const now = () => minutesAfter(NOON, minute);

beforeEach(async () => {
  minute = 0;
  folder = mkdtempSync(join(tmpdir(), 'rekey-steps-'));
  ledger = await openLedger({ file: join(folder, 'ledger.db'), now });
  world = aStepWorld();
  // It has expired: its provider refuses it.
  world.provider.live.clear();
  await record([
    { type: 'key_issued', key: aKey({ digest: digestOf(OLD_MATERIAL) }) },
    { type: 'incident_opened', incident: anIncident() },
    { type: 'alert_received', alert: anAlert({ incident }) },
    { type: 'run_started', run },
  ]);
  await ledger.countUsage([{ key: aKey().id, caller: 'payments-worker', at: NOON, accepted: 0, rejected: 41 }]);
});

afterEach(async () => {
  await ledger.close();
  rmSync(folder, { recursive: true });
});

async function record(events: LedgerEvent[]): Promise<void> {
  const context = { at: now(), actor: 'system:engine', channel: 'engine', incident, run: run.id } as const;
  await ledger.record(context, async () => ({ events, result: undefined }));
}

async function contextFor(id: string): Promise<StepContext> {
  return {
    ...world.context,
    run: (await ledger.read.run(run.id)) ?? run,
    incident: await ledger.read.incident(incident),
    step: {
      id,
      token: `${run.id}.${id}.${minute}`,
      generation: 1,
      attempt: 1,
      assignee: null,
      startedAt: now(),
      dueAt: null,
    },
    ledger: ledger.read,
    now,
  };
}

function kindOf(uses: string): StepKind {
  const kind = stepKinds.find((one) => one.uses === uses);
  if (kind === undefined) throw new Error(`there is no ${uses}`);
  return kind;
}

async function perform(uses: string, input: JsonObject): Promise<StepResult> {
  minute += 1;
  const kind = kindOf(uses);
  const result = await kind.perform(kind.with.parse(input), await contextFor(uses));
  await record(result.events);
  return result;
}

async function resume(uses: string, input: JsonObject, waiting: Waiting): Promise<StepResult> {
  minute += 1;
  const kind = kindOf(uses);
  const result = await kind.resume?.(kind.with.parse(input), { ...(await contextFor(uses)), waiting });
  if (result === undefined) throw new Error(`${uses} cannot be resumed`);
  await record(result.events);
  return result;
}

function outputsOf(result: StepResult): JsonObject {
  if (result.kind !== 'done') throw new Error(`expected the step to be done, it is: ${JSON.stringify(result)}`);
  return result.outputs;
}

const complete = async (uses: string, input: JsonObject) => outputsOf(await perform(uses, input));

async function askedFor(uses: 'approve' | 'ask', input: JsonObject): Promise<Waiting & { id: ApprovalId & AskId }> {
  const result = await perform(uses, input);
  if (result.kind !== 'wait') throw new Error(`expected ${uses} to wait, it is: ${JSON.stringify(result)}`);
  return result.waiting as Waiting & { id: ApprovalId & AskId };
}

async function approve(approval: ApprovalId): Promise<void> {
  const vote = aVote({ reason: 'go', at: now() });
  await record([
    { type: 'vote_cast', approval, vote },
    { type: 'approval_decided', approval, outcome: 'approved' },
  ]);
}

test('an expired key goes from alert to a closed incident, and no secret is left anywhere outside its envelope', async () => {
  expect(await complete('key.classify', { key })).toMatchObject({ class: 'api_key' });
  await complete('audit.capture', { key, limit: 200 });
  const { material = null } = await complete('key.quarantine', { key });
  expect(await complete('provider.probe_admin', { key })).toMatchObject({ available: true });
  await complete('ledger.questions', { key, ask: [...QUESTIONS] });

  const decision = { question: 'Replace payments-prod?', rule: 'rotate' };
  const waiting = await askedFor('approve', decision);
  await approve(waiting.id);
  expect(outputsOf(await resume('approve', decision, waiting))).toEqual({ by: ['bob'] });

  const made = await complete('key.create', { replaces: key, scopes: 'minimal' });
  const { key: replacement = null, secret = null } = made;
  await complete('secret.deliver', { secret, key: replacement, to: 'owner' });
  await complete('key.prove_live', { key: replacement, secret, times: 3 });

  const redeployed = { question: 'Is the caller redeployed?', assignee: 'owner', evidence: 'url' };
  const asked = await askedFor('ask', redeployed);
  await record([{ type: 'ask_answered', ask: asked.id, yes: true, evidence: 'https://ci.example.com/7', by: carol }]);
  expect(outputsOf(await resume('ask', redeployed, asked))).toMatchObject({ yes: true, by: 'carol' });

  await complete('key.revoke', { key, replaced_by: replacement });
  await complete('key.prove_dead', { key, secret: material });
  const told = await complete('notify', {
    to: ['owner', 'callers'],
    key,
    replacement,
    data_integrity: 'No data was at risk.',
  });
  expect(told).toEqual({ told: ['person:carol', 'caller:payments-worker'] });
  await complete('reminder.prove', { key: replacement });
  expect(await complete('summary.post', {})).toMatchObject({ closed: true, open_points: [] });

  expect(await ledger.read.incident(incident)).toMatchObject({
    containedAt: expect.any(Date),
    recoveredAt: expect.any(Date),
    closedAt: now(),
    openPoints: [],
  });
  expect(await ledger.read.keyBySlug('payments-prod')).toMatchObject({ version: 4, state: 'active' });
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
  expect([...world.reports.values()].join('\n')).not.toContain(CANARY);
  for (const file of ['ledger.db', 'ledger.db-wal'])
    expect(readFileSync(join(folder, file), 'latin1')).not.toContain(CANARY);
});

test('a failure before the point of no return leaves the old material where it was and nothing new alive', async () => {
  await complete('key.quarantine', { key });
  const made = await complete('key.create', { replaces: key, scopes: 'same' });
  const input = { secret: made.secret ?? null, key: made.key ?? null, to: 'owner' };
  const delivered = await complete('secret.deliver', input);
  for (const [uses, given, outputs] of [
    ['secret.deliver', input, delivered],
    ['key.create', { replaces: key, scopes: 'same' }, made],
  ] as const) {
    const { undo } = kindOf(uses);
    if (undo.kind !== 'undo') throw new Error(`${uses} has no undo`);
    const taken = await undo.undo({ ...(await contextFor(uses)), input: given, outputs });
    await record(Array.isArray(taken) ? taken : taken.events);
  }
  expect(world.sink.targets.get('/run/secrets/payments')).toBe(OLD_MATERIAL);
  expect(world.provider.live.size).toBe(0);
  expect(await ledger.read.versionsOf('payments-prod')).toMatchObject([
    { version: 4, state: 'revoked' },
    { version: 3 },
  ]);
  // A second rotation of the same key may begin.
  expect(await complete('key.create', { replaces: key, scopes: 'same' })).toMatchObject({ key: { version: 5 } });
});

test('an approval whose plan changed before it was spent is superseded, and the question is put again', async () => {
  const decision = { question: 'Replace payments-prod?', rule: 'rotate' };
  const waiting = await askedFor('approve', decision);
  await approve(waiting.id);
  world.setPolicy(aPolicy());
  const again = await resume('approve', decision, waiting);
  expect(again.kind).toBe('wait');
  expect(await ledger.read.approvalsOfIncident(incident)).toMatchObject([{ outcome: 'superseded' }, { outcome: null }]);
});
