import { expect, test } from 'vitest';
import { IncidentId } from '../../../src/domain/ids.ts';
import { openDigests } from '../../../src/engine/digests/digests.ts';
import {
  aGlassBreak,
  aKey,
  alice,
  anApproval,
  anIncident,
  aPolicy,
  aRun,
  bob,
  carol,
  daysAfter,
  NOON,
} from '../../support/builders.ts';
import { from, refusalOf } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aSchedulerWorld } from '../../support/scheduler-world.ts';

// Carol owns payments-prod and may read it; bob may read everything; alice reads nothing.
const may = { ...aPolicy().may, read: ['owner', 'bob'], administer: ['group:security'] };

/** The last admin key of its provider, of carol, with five days left, in an incident with a follow-up that is overdue; and an incident of no key. */
async function aWorld() {
  const world = await aSchedulerWorld(NOON);
  world.setPolicy({ may });
  world.setRule({ automatic: false, warnDays: [30, 14, 7, 3, 1, 0] });
  const key = aKey({ activatedAt: NOON, expiresAt: daysAfter(NOON, 5), administers: 'ledger' });
  const incident = anIncident({ key: key.id });
  const other = anIncident({ id: IncidentId.parse('inc-other'), key: null, title: 'the office' });
  await recordEvents(
    world.ledger,
    [
      { type: 'key_issued', key },
      ...[incident, other].map((one) => ({ type: 'incident_opened' as const, incident: one })),
      ...[incident, other].map((one) => ({
        type: 'follow_up_added' as const,
        followUp: { ...overdue, id: `fup-${one.id}`, incident: one.id, what: `Look after ${one.title}` },
      })),
    ],
    { at: NOON },
  );
  const { deps } = await world.open();
  return { ...world, digests: openDigests(deps), incident, key };
}

const overdue = {
  owner: 'carol',
  dueAt: daysAfter(NOON, -1),
  rule: null,
  addedBy: 'person:carol' as const,
  addedAt: NOON,
  sinceAt: NOON,
  ended: null,
};

const kinds = (digest: { notes: readonly { kind: string; sentence: string }[] }) =>
  digest.notes.map(({ kind }) => kind);

test('a digest of oneself names no last admin key, follow-up or broken glass of a key that one may not read', async () => {
  const { digests } = await aWorld();
  expect(await digests.preview(alice)).toMatchObject({ items: [], notes: [], parts: 0 });
  const own = await digests.preview(carol);
  expect(kinds(own)).toEqual(['last_admin', 'follow_up']);
  expect(JSON.stringify(own.notes)).not.toContain('the office');
  expect(kinds(await digests.preview(bob))).toEqual(['last_admin', 'follow_up', 'follow_up']);
});

test('one that was posted is read again as far as one may read its keys', async () => {
  const { digests } = await aWorld();
  const { id } = await digests.send(from(bob));
  expect(await digests.posted(id, alice)).toMatchObject({ items: [], notes: [], keys: 0 });
  expect(kinds(await digests.posted(id, carol))).toEqual(['last_admin', 'follow_up']);
  expect((await digests.posted(id, bob)).items).toHaveLength(1);
  expect(await refusalOf(digests.posted('dig-none', bob))).toMatchObject({
    code: 'unknown_digest',
    message: expect.stringContaining(id),
  });
});

test('a broken glass is told of to those who may read the key of its run', async () => {
  const { digests, ledger, key } = await aWorld();
  await recordEvents(ledger, [
    { type: 'run_started', run: aRun({ key: key.id }) },
    { type: 'approval_requested', approval: anApproval() },
    { type: 'glass_broken', use: aGlassBreak() },
  ]);
  expect(kinds(await digests.preview(alice))).toEqual([]);
  expect(kinds(await digests.preview(carol))).toContain('break_glass');
});

test('what there is more of is counted of what one may read', async () => {
  const { digests, ledger } = await aWorld();
  const many = Array.from({ length: 11 }, (_, index) => ({
    type: 'follow_up_added' as const,
    followUp: { ...overdue, id: `fup-${index}`, incident: IncidentId.parse('inc-other'), what: `Errand ${index}` },
  }));
  await recordEvents(ledger, many);
  expect(JSON.stringify((await digests.preview(carol)).notes)).not.toContain('more of these');
  expect(JSON.stringify((await digests.preview(bob)).notes)).toContain('and 3 more of these');
});
