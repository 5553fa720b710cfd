import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KeyClass } from '../../src/domain/key.ts';
import { type PlannedStep, stepsOf } from '../../src/domain/plan.ts';
import type { JsonObject, Scope } from '../../src/domain/run.ts';
import { runbookJsonSchema } from '../../src/runbook/json-schema.ts';
import { lintRunbooks } from '../../src/runbook/lint.ts';
import { loadRunbooks } from '../../src/runbook/load.ts';
import { loadPolicy } from '../../src/runbook/policy-file.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { aKey } from '../support/builders.ts';
import { aPlan } from '../support/plans.ts';

const DIR = join(import.meta.dirname, '..', '..', 'runbooks');
const NOW = new Date('2026-11-20T12:00:00Z');
const key = keyRefOf(aKey({ owner: 'carol' }));

test('the shipped runbooks, policy and key classes load and lint clean', async () => {
  expect((await lintRunbooks(DIR, stepKinds, NOW)).map(describeProblem)).toEqual([]);
  const { runbooks } = await loadRunbooks(DIR, stepKinds);
  expect([...runbooks.keys()].sort()).toEqual([
    'R-BREAK-GLASS',
    'R-BREAK-GLASS-REVIEW',
    'R-KEY-EXPIRY',
    'R-KEY-LEAK',
    'R-MANIFEST-FAILURE',
    'R-PEER-COMPROMISE',
    'R-REKEY-CONTROLLED',
    'R-ROTATE',
    'R-ROTATION-STUCK',
    'R-TELL-OUTSIDE',
  ]);
});

test('the editor schema in the repository is the one of the step catalogue', () => {
  const written = readFileSync(join(DIR, 'runbook.schema.json'), 'utf8');
  expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(runbookJsonSchema(stepKinds))));
});

test('the warning before expiry is not configured, so that the first incident can find out', async () => {
  const { policy } = await loadPolicy(DIR);
  expect(policy.alerts).toEqual({});
});

const newKey = { ...key, version: key.version + 1 };
const OUTPUTS: Record<string, JsonObject> = {
  elsewhere: { keys: [], count: 0, more: false, first: null, names: [] },
  registered: { keys: [], count: 0, more: false, first: null, names: [] },
  new_key: { keys: [newKey], count: 1, more: false, first: newKey, names: [] },
  pulls_seen: { peers: 2, reached: 2, waived: [] },
  least: { text: 'It has the same scopes.' },
  restored: { answers: { version: '11', place: 'kv', last_good: '2026-11-01' } },
  admin: { available: true, how: 'it answered' },
  stop_issuing: { material: null },
  old_dead: { how: 'it was refused', proved: true },
  mint: { key: newKey, secret: { secret: 'sec-1' } },
};

/** Plays the plan: every step whose condition holds is done, with outputs as its kind declares them. */
async function play(inputs: JsonObject, outputs: Record<string, JsonObject>, id = 'R-KEY-EXPIRY') {
  const runbook = (await loadRunbooks(DIR, stepKinds)).runbooks.get(id);
  if (runbook === undefined) throw new Error('not loaded');
  const scope: Scope = { inputs, steps: {} };
  const done: PlannedStep[] = [];
  const given: Record<string, JsonObject> = {};
  for (const step of stepsOf(runbook.plan)) {
    if (step.when !== null && !step.when.holds(scope)) continue;
    given[step.id] = step.resolve(scope);
    done.push(step);
    const own = { evidence: 'seen', ...OUTPUTS[step.id], ...outputs[step.id] };
    scope.steps[step.id] = own;
  }
  return { ids: done.map(({ id }): string => id), given };
}

function kindOf(uses: string) {
  const kind = stepKinds.find((one) => one.uses === uses);
  if (kind === undefined) throw new Error(uses);
  return kind;
}

const START = ['class', 'evidence', 'elsewhere', 'stop_issuing', 'admin', 'why_missed', 'go'];

describe('R-KEY-EXPIRY', () => {
  const lane = (keyClass: string, situation = 'expired') =>
    play(
      { key, situation },
      { class: { class: keyClass, why: 'because', evidence: [] }, never_again: { would_tell: 'x' } },
    );

  test('replaces an expired API key: mint, deliver, prove, revoke, prove dead', async () => {
    const { ids } = await lane('api_key');
    expect(ids).toEqual([
      ...START,
      'mint',
      'least',
      'deliver',
      'live',
      'redeployed',
      'revoke_old',
      'old_dead',
      'tell',
      'tell_outside',
      'never_again',
      'copies',
      'summary',
    ]);
  });

  test('asks a person who can show that the old key is dead when nothing could try it', async () => {
    const { ids, given } = await play(
      { key, situation: 'expired' },
      {
        class: { class: 'api_key', why: 'because', evidence: [] },
        never_again: { would_tell: 'x' },
        old_dead: { how: 'its material is not at hand', proved: false },
      },
    );
    expect(ids).toContain('old_dead_by_hand');
    expect(given.old_dead_by_hand).toMatchObject({ settles: 'death', evidence: 'text', no: 'waits' });
  });

  test('a "not yet" to the redeployment takes nothing back', async () => {
    const { given } = await lane('api_key');
    expect(given.redeployed).toMatchObject({ no: 'waits' });
  });

  test('revokes an exploited API key before anything else, after the approval', async () => {
    const { ids } = await lane('api_key', 'exploited');
    expect(ids.slice(START.length, START.length + 3)).toEqual(['revoke_first', 'mint', 'least']);
    expect(ids).toContain('integrity');
  });

  test.each(['issuer_key', 'federation_key'])(
    'has people replace a %s, touches no key itself, and sees every peer follow',
    async (keyClass) => {
      const { ids, given } = await lane(keyClass);
      expect(ids).toEqual([
        ...START,
        'key_rotation',
        'registered',
        'register',
        'new_key',
        'known',
        'peers_notified',
        'peers_pinned',
        'pulls_seen',
        'integrity',
        'tell',
        'tell_outside',
        'never_again',
        'copies',
        'summary',
      ]);
      expect(given.peers_notified).toMatchObject({ key, replacement: newKey });
      expect(given.tell).toMatchObject({ replacement: newKey, data_integrity: 'seen' });
      expect(given.never_again).toEqual({ key: newKey });
    },
  );

  test('asks a person whether pulls resume when no peer was seen to pull', async () => {
    const { given } = await play(
      { key, situation: 'expired' },
      { class: { class: 'federation_key' }, pulls_seen: { peers: 0, reached: 0, waived: [] } },
    );
    expect(given.pulls_resume).toMatchObject({ settles: 'recovery', no: 'waits' });
  });

  test('has people replace an API key that another service issues, and neither mints nor revokes it', async () => {
    const { ids, given } = await play(
      { key, situation: 'exploited' },
      { class: { class: 'api_key' }, elsewhere: { keys: [key], count: 1, more: false, first: key, names: [] } },
    );
    expect(ids).not.toContain('admin');
    expect(ids.filter((id) => ['revoke_first', 'mint', 'revoke_old', 'old_dead'].includes(id))).toEqual([]);
    expect(given.replaced_elsewhere).toMatchObject({ settles: 'recovery' });
    expect(given.revoked_elsewhere).toMatchObject({ settles: 'death' });
  });

  test('restores the last known-good passphrase, brings the node up, and puts the rekey on the calendar', async () => {
    const { ids, given } = await lane('passphrase');
    expect(ids).toEqual([
      ...START,
      'restored',
      'node_healthy',
      'rekey_planned',
      'integrity',
      'tell',
      'tell_outside',
      'never_again',
      'copies',
      'summary',
    ]);
    expect(given.restored).toMatchObject({
      question: expect.stringMatching(/^Restore the last known-good secret/),
      assignee: 'carol',
    });
    expect(given.rekey_planned).toMatchObject({ runbook: 'R-REKEY-CONTROLLED', after: '3d', inputs: { key } });
  });

  test('starts break-glass when admin access is gone', async () => {
    const { ids, given } = await play(
      { key, situation: 'expired' },
      { class: { class: 'api_key' }, admin: { available: false } },
    );
    expect(ids).toContain('break_glass');
    expect(given.break_glass).toEqual({ runbook: 'R-BREAK-GLASS', inputs: { key } });
  });

  test('asks a person for the reminder when it could not be proved', async () => {
    const { runbooks } = await loadRunbooks(DIR, stepKinds);
    const step = runbooks
      .get('R-KEY-EXPIRY')
      ?.plan.stages.flat()
      .find((one) => one.id === 'never_again_by_hand');
    expect(step?.when?.holds({ inputs: { key, situation: 'expired' }, steps: {} })).toBe(true);
  });

  test('gives every step what its kind takes, in every lane and without an owner', async () => {
    const runbook = (await loadRunbooks(DIR, stepKinds)).runbooks.get('R-KEY-EXPIRY');
    for (const keyClass of KeyClass.options) {
      const orphan = { ...key, owner: null };
      const { given } = await play({ key: orphan, situation: 'exploited' }, { class: { class: keyClass } });
      for (const step of stepsOf(runbook?.plan ?? aPlan([]))) {
        const input = given[step.id];
        if (input !== undefined) expect(kindOf(step.uses).with.safeParse(input).error, step.id).toBeUndefined();
      }
    }
  });

  test.each([
    [{ alert: 'key_expired_blocked', count: 1, windowMinutes: 60 }, true],
    [{ alert: 'auth_failures', count: 5, windowMinutes: 10 }, true],
    [{ alert: 'auth_failures', count: 4, windowMinutes: 10 }, false],
    [{ alert: 'auth_failures', count: 50, windowMinutes: 60 }, false],
  ])('%j starts it: %s', async (signal, starts) => {
    const runbook = (await loadRunbooks(DIR, stepKinds)).runbooks.get('R-KEY-EXPIRY');
    const found = runbook?.startOn.filter(
      ({ alert, when }) => alert === signal.alert && (when === null || when.holds({ source: 'hook:x', ...signal })),
    );
    expect((found ?? []).length > 0).toBe(starts);
  });

  test('destroys nothing before the approval', async () => {
    const runbook = (await loadRunbooks(DIR, stepKinds)).runbooks.get('R-KEY-EXPIRY');
    const steps = runbook === undefined ? [] : stepsOf(runbook.plan);
    const approval = steps.findIndex((step) => step.uses === 'approve');
    expect(approval).toBeGreaterThan(-1);
    expect(steps.slice(0, approval).filter((step) => step.effect === 'destroys')).toEqual([]);
  });
});

describe('R-KEY-LEAK', () => {
  const beside = { keys: [], count: 0, more: false, first: null, names: [] };
  const lane = (situation: string, triage: JsonObject) =>
    play(
      { key, situation },
      {
        beside,
        triage: { answers: { place: 'a gist', ...triage } },
        dead_first: { how: 'it was refused', proved: true },
        used_by: { entries: 12, hash: 'h' },
        judged: { answers: { foreign: false, changed: 'nothing', statement: 'No risk.' } },
        never_again: { would_tell: 'x' },
      },
      'R-KEY-LEAK',
    );

  test.each([
    ['exploited', {}],
    ['suspected', { public: true, used: false }],
    ['suspected', { public: false, used: true }],
  ])('revokes first, after the approval, what is %s and %j', async (situation, triage) => {
    const { ids, given } = await lane(situation, triage);
    const at = ids.indexOf('go');
    expect(ids.slice(at, at + 5)).toEqual(['go', 'revoke_first', 'dead_first', 'beside', 'mint']);
    expect(given.revoke_first).toMatchObject({ replaced_by: null });
    expect(ids).not.toContain('retire');
  });

  test('gives a mere suspicion a grace of an hour, in which it is watched who calls', async () => {
    const { ids, given } = await lane('suspected', { public: false, used: false });
    expect(given.retire).toMatchObject({ grace_minutes: 60 });
    expect(ids.slice(ids.indexOf('redeployed'), ids.indexOf('used_by'))).toEqual([
      'redeployed',
      'gate',
      'revoke_old',
      'old_dead',
    ]);
  });

  test('asks for every place where the key may still stand, and tells callers what security says of the data', async () => {
    const { given } = await lane('exploited', {});
    const { checklist } = given.cleaned as { checklist: { id: string }[] };
    expect(checklist.map(({ id }) => id)).toEqual(['removed', 'history', 'copies', 'logs', 'cause', 'guard']);
    expect(given.tell).toMatchObject({ data_integrity: 'No risk.', to: ['owner', 'escalation', 'callers'] });
  });
});

describe('R-ROTATE', () => {
  const NEW_KEY = ['mint', 'deliver', 'live'];
  const GRACE = ['retire', 'gate', 'revoke_old', 'old_dead'];
  const lane = (inputs: JsonObject, keyClass: KeyClass = 'api_key') => {
    const defaults = { mode: 'planned', grace_minutes: 60, approvals: 0, deliver_to: 'registered', recipient: '' };
    const asked = { ...defaults, key: { ...key, class: keyClass }, ...inputs };
    return play(
      asked,
      { dead_first: { how: 'it was refused', proved: true }, never_again: { would_tell: 'x' } },
      'R-ROTATE',
    );
  };
  const END = ['tell', 'never_again', 'copies'];
  const SEEN = ['integrity', 'tell', 'never_again', 'copies', 'summary'];

  test.each<[string, JsonObject, string[]]>([
    ['planned', {}, [...NEW_KEY, ...GRACE, ...END]],
    ['planned, for one to agree', { approvals: 1 }, ['go', ...NEW_KEY, ...GRACE, ...END]],
    ['planned, for two to agree', { approvals: 2 }, ['go_two', ...NEW_KEY, ...GRACE, ...END]],
    [
      'planned, for somebody to claim',
      { deliver_to: 'claim', recipient: 'person:carol' },
      ['mint', 'offer', 'live', ...GRACE, ...END],
    ],
    ['suspected', { mode: 'suspected' }, ['class', 'evidence', ...NEW_KEY, ...GRACE, ...SEEN]],
    ['exploited', { mode: 'exploited' }, ['class', 'evidence', 'revoke_first', 'dead_first', ...NEW_KEY, ...SEEN]],
  ])('goes its way: %s', async (_what, inputs, expected) => {
    expect((await lane(inputs)).ids).toEqual(expected);
  });

  test.each(['planned', 'suspected', 'exploited'])(
    'never revokes a key in shipped devices, also when it is %s',
    async (mode) => {
      const { ids } = await lane({ mode }, 'embedded');
      expect(ids).toContain('left_to_people');
      expect(ids.filter((id) => ['revoke_first', 'retire', 'revoke_old', 'old_dead_by_hand'].includes(id))).toEqual([]);
    },
  );

  test('asks a person who can show that the old key is dead when nothing could try it', async () => {
    const { given } = await play(
      { key, mode: 'planned', grace_minutes: 60, approvals: 0, deliver_to: 'registered', recipient: '' },
      { old_dead: { how: 'its material is not at hand', proved: false } },
      'R-ROTATE',
    );
    expect(given.old_dead_by_hand).toMatchObject({ settles: 'death', no: 'waits' });
  });

  test('gives every step what its kind takes, in every lane and without an owner', async () => {
    const runbook = (await loadRunbooks(DIR, stepKinds)).runbooks.get('R-ROTATE');
    const steps = runbook === undefined ? [] : stepsOf(runbook.plan);
    expect(steps.length).toBeGreaterThan(10);
    for (const mode of ['planned', 'suspected', 'extended', 'exploited'])
      for (const deliver_to of ['registered', 'claim']) {
        const { given } = await lane({
          key: { ...key, owner: null },
          mode,
          deliver_to,
          recipient: 'owner',
          approvals: 1,
        });
        for (const { id, uses } of steps)
          if (given[id] !== undefined) expect(kindOf(uses).with.safeParse(given[id]).error, id).toBeUndefined();
      }
  });
});
