import { expect, test } from 'vitest';
import type { Surface } from '../../src/domain/announce.ts';
import type { Sources } from '../../src/slack/deps.ts';
import { loadRun } from '../../src/slack/load/run.ts';
import { surfaces } from '../../src/slack/surfaces.ts';
import { runProgress } from '../../src/slack/views/run-progress.ts';
import { rawLedger } from '../support/ledger-file.ts';
import { aRotationWorld, type RotationProcess, type RotationWorld, waitsIn } from '../support/rotation-world.ts';

function sourcesOf({ deps, ledger }: RotationProcess): Sources {
  return { ...deps, ledger: ledger.read };
}

/** Every message that the ledger has called for so far. */
function announced({ file }: RotationWorld): { surface: Surface; subject: string }[] {
  return rawLedger(file)
    .prepare<[], { surface: Surface; subject: string }>('select surface, subject from messages')
    .all();
}

test.each([
  ['is asked for', { approvals: 1 }],
  ['waits for a claim', { deliver_to: 'claim', recipient: 'person:carol' }],
  ['is in grace', {}],
])(
  'a rotation without an incident that %s can be shown, with everything that is told of it',
  async (_where, inputs) => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin(inputs);
    const shown = await loadRun(sourcesOf(rekey), id);
    expect(JSON.stringify(shown === null ? null : runProgress(shown))).toContain('waiting for');
    await rekey.play(id);
    const messages = announced(world);
    expect(messages.length).toBeGreaterThan(0);
    for (const { surface, subject } of messages)
      expect(await surfaces[surface](sourcesOf(rekey), subject), surface).not.toBeNull();
  },
);

test('its owner hears of a planned rotation directly, and no channel does unless it fails', async () => {
  const world = await aRotationWorld();
  const rekey = await world.open();
  await rekey.play(await rekey.begin());
  const addresses = rawLedger(world.file)
    .prepare<[], { address: string }>('select distinct address from messages')
    .all();
  expect(addresses).toEqual([{ address: 'person:carol' }]);
});

test('the team hears of one that failed', async () => {
  const world = await aRotationWorld({ delivery: null });
  const rekey = await world.open();
  await rekey.play(await rekey.begin());
  expect(announced(world)).toContainEqual(expect.objectContaining({ surface: 'run_failed' }));
});

test('a run in grace says what it waits for', async () => {
  const world = await aRotationWorld();
  const rekey = await world.open();
  const id = await rekey.begin();
  expect(waitsIn('gate')(await rekey.run(id))).toBe(true);
  const shown = await loadRun(sourcesOf(rekey), id);
  const gate = shown?.phases.flatMap(({ steps }) => steps).find((step) => step.id === 'gate');
  expect(gate?.shown).toMatchObject({ kind: 'waiting', what: 'its time' });
});
