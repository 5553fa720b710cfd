import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyId, PersonId } from '../../../src/domain/ids.ts';
import { UNTOUCHED } from '../../../src/domain/new-key.ts';
import { DAY, HOUR, MINUTE } from '../../support/builders.ts';
import { aKeysWorld, asking, expectWhole, generating } from './keys-world.ts';
import {
  aModel,
  aNewKey,
  type KeyModel,
  rowState,
  whyNotExtended,
  whyNotGenerated,
  whyNotReinstated,
  whyNotSuspended,
  whyNotTaken,
  word,
} from './lifecycle-model.ts';
import { command, event, onKey, verb } from './lifecycle-walk.ts';

const because = (key: KeyModel) => ({ ...asking(), key: key.id, reason: 'because of a test' });

const generate = fc.constantFrom('payments', 'billing').map((slug) =>
  command(`generate ${slug}`, async (model, world) => {
    const act = () => world.keys.generate(generating({ slug }));
    const effect = (result: unknown) => {
      const { key } = result as Awaited<ReturnType<typeof act>>;
      for (const other of model.keys) if (other.slug === slug) other.revoked = true;
      const made = aNewKey(model, key.id, slug);
      expect(key.version).toBe(made.version);
      model.keys.push(made);
    };
    await verb(model, world, { why: whyNotGenerated(model, slug), act, effect });
  }),
);

const take = onKey(
  'take',
  (key, now) => whyNotTaken(key, now) === null,
  async (key, model, world) => {
    const [claim] = await world.ledger.read.claimsOfKey(KeyId.parse(key.id));
    if (claim === undefined) return;
    const act = () => world.keys.take({ id: claim.id }, { ...asking('person:carol'), how: 'terminal' });
    const effect = () => {
      key.taken = true;
      key.activated = true;
    };
    await verb(model, world, { why: whyNotTaken(key, model.now), act, effect });
  },
);

const suspend = onKey(
  'suspend',
  (key, now) => whyNotSuspended(key, now) === null,
  async (key, model, world) => {
    const effect = () => {
      key.suspended = true;
    };
    const why = whyNotSuspended(key, model.now);
    await verb(model, world, { why, act: () => world.keys.suspend(because(key)), effect });
  },
);

const reinstate = onKey(
  'reinstate',
  (key, now) => whyNotReinstated(key, now) === null,
  async (key, model, world) => {
    const effect = () => {
      key.suspended = false;
    };
    const why = whyNotReinstated(key, model.now);
    await verb(model, world, { why, act: () => world.keys.reinstate(because(key)), effect });
  },
);

const revoke = onKey(
  'revoke',
  (key) => !key.revoked,
  async (key, model, world) => {
    const effect = () => {
      key.revoked = true;
    };
    const why = key.revoked ? 'illegal_transition' : null;
    await verb(model, world, { why, act: () => world.keys.revoke(because(key)), effect });
  },
);

const change = onKey(
  'change',
  (key) => !key.revoked,
  async (key, model, world) => {
    const owner = key.owner === 'carol' ? 'bob' : 'carol';
    const effect = () => {
      key.owner = owner;
    };
    const act = () => world.keys.change({ ...because(key), change: { owner } });
    await verb(model, world, { why: key.revoked ? 'key_over' : null, act, effect });
  },
);

const extend = fc.integer({ min: 1, max: 100 }).chain((days) =>
  onKey(
    `extend to ${days} d`,
    (key, now) => word(key, now) === 'valid',
    async (key, model, world) => {
      const to = model.now + days * DAY;
      const approval = { expiresAt: new Date(to), approvedBy: PersonId.parse(key.owner === 'carol' ? 'bob' : 'carol') };
      const effect = () => {
        key.expiresAt = to;
        key.extensions += 1;
      };
      const act = () => world.keys.extendExpiry({ ...because(key), ...approval });
      await verb(model, world, { why: whyNotExtended(key, to, model.now), act, effect });
    },
  ),
);

const repeat = onKey(
  'repeat',
  (key) => !key.revoked,
  async (key, _, world) => {
    const request = because(key);
    const owner = key.owner === 'carol' ? 'bob' : 'carol';
    const act = () => world.keys.change({ ...request, change: { owner } });
    if (key.revoked) return;
    await act();
    const head = await world.ledger.read.auditHead();
    await world.keys.change({ ...because(key), change: { owner: key.owner } });
    await act();
    expect((await world.ledger.read.auditHead()).seq).toBe(head.seq + 1);
  },
);

const replace = fc.integer({ min: 1, max: 168 }).chain((hours) =>
  onKey(
    `replace with ${hours} h of grace`,
    (key) => rowState(key) === 'active',
    async (key, model, world) => {
      const row = await world.key(KeyId.parse(key.id));
      const next = aNewKey(model, world.deps.newId('key'), key.slug, {
        activated: true,
        offeredUntil: null,
        owner: key.owner,
      });
      const id = KeyId.parse(next.id);
      const graceEndsAt = model.now + hours * HOUR;
      const successor = {
        ...row,
        ...UNTOUCHED,
        id,
        version: next.version,
        predecessor: row.id,
        digest: next.id.padEnd(64, '0'),
        state: 'pending',
        createdAt: world.now(),
        activatedAt: null,
        expiresAt: new Date(next.expiresAt),
      } as const;
      await event(model, world, {
        legal: rowState(key) === 'active' && graceEndsAt <= key.expiresAt,
        events: [
          { type: 'key_issued', key: successor },
          { type: 'key_activated', key: id },
          { type: 'key_retired', key: row.id, graceEndsAt: new Date(graceEndsAt) },
        ],
        effect: () => {
          key.graceEndsAt = graceEndsAt;
          model.keys.push(next);
        },
      });
    },
  ),
);

const recordExpiry = onKey(
  'record expiry',
  (key, now) => word(key, now) === 'expired',
  async (key, model, world) => {
    await event(model, world, {
      legal: !['revoked', 'expired'].includes(rowState(key)),
      events: [{ type: 'key_expired', key: KeyId.parse(key.id) }],
      effect: () => {
        key.recordedExpired = true;
      },
    });
  },
);

const proveDead = onKey(
  'prove dead',
  (key) => key.revoked,
  async (key, model, world) => {
    await event(model, world, {
      legal: ['revoked', 'expired'].includes(rowState(key)),
      events: [{ type: 'key_proved_dead', key: KeyId.parse(key.id), how: 'GET /ping → 401' }],
      effect: () => {
        key.provedDead = true;
      },
    });
  },
);

const forget = onKey(
  'forget',
  (key) => key.revoked,
  async (key, model, world) => {
    await event(model, world, {
      legal: ['revoked', 'expired'].includes(rowState(key)),
      events: [{ type: 'key_forgotten', key: KeyId.parse(key.id) }],
      effect: () => {
        key.forgotten = true;
      },
    });
  },
);

const passing = (most: number) =>
  fc.integer({ min: 1, max: most }).map((ms) =>
    command(`pass ${ms} ms`, async (model, world) => {
      model.now += ms;
      world.setNow(new Date(model.now));
    }),
  );
const pass = fc.oneof(passing(20 * MINUTE), passing(30 * HOUR));
const passLong = passing(60 * DAY);

// What ends a key stands once, what keeps it going more often: otherwise every walk is a short one.
const usual = [generate, generate, take, take, suspend, reinstate, change, extend, repeat, replace, pass, pass];
const ends = [revoke, recordExpiry, proveDead, forget, passLong];

test('whatever is done to keys in whatever order, ledger and rules agree, and what is illegal changes nothing', async () => {
  const seen = { done: 0, refused: 0, states: new Set<string>() };
  await fc.assert(
    fc.asyncProperty(fc.commands([...usual, ...ends], { maxCommands: 60, size: 'max' }), async (commands) => {
      const world = await aKeysWorld();
      const model = aModel();
      await fc.asyncModelRun(() => ({ model, real: world }), commands);
      await expectWhole(world);
      await world.ledger.close();
      seen.done += model.done;
      seen.refused += model.refused;
      for (const state of model.states) seen.states.add(state);
    }),
    { numRuns: 30 },
  );
  // The walk really goes everywhere: a test that only ever refuses would agree with anything.
  expect([...seen.states].sort()).toEqual(['active', 'expired', 'pending', 'retiring', 'revoked', 'suspended']);
  expect(seen.done).toBeGreaterThan(120);
  expect(seen.refused).toBeGreaterThan(60);
}, 120_000);
