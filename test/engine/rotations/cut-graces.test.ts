import { expect, test } from 'vitest';
import { KeyId } from '../../../src/domain/ids.ts';
import { bob, carol, DAY, HOUR, NOON } from '../../support/builders.ts';
import { from, refusalOf } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aRotationsWorld, asks, type RotationsProcess, reports, untilGrace } from './rotations-world.ts';

const later = (ms: number) => new Date(NOON.getTime() + ms);
const leaked = () => asks({ ...from(bob), mode: 'suspected', reason: 'it is in a gist' });

test.each([
  ['asked for', (rekey: RotationsProcess) => rekey.rotations.request({ ...leaked(), ...from(carol) })],
  [
    'typed as /rotate-key',
    (rekey: RotationsProcess) =>
      rekey.engine.rotate({
        ...from(carol),
        slug: 'reports-prod',
        situation: 'suspected',
        reason: 'it is in a gist',
      }),
  ],
])(
  'an emergency that is %s by somebody who may not suspend leaves the grace of older versions, and who decides reads so',
  async (_how, ask) => {
    const world = await aRotationsWorld();
    const rekey = await world.process();
    const planned = await rekey.rotations.request(asks());
    await rekey.queue.settle();
    const replacement = await untilGrace(rekey, planned.rotation);
    world.pass(HOUR);
    await ask(rekey);
    expect(await rekey.rotation(planned.rotation)).toMatchObject({ state: 'preempted' });
    expect(await rekey.key(reports().id)).toMatchObject({ state: 'retiring', graceEndsAt: later(DAY) });
    expect((await rekey.ledger.read.openRunOfKey(replacement.id))?.reason).toBe(
      'person:carol may not suspend, so the grace goes on for reports-prod v1 (until 2027-03-11 12:00:00 UTC). Reason: it is in a gist',
    );
    const longer = { ...from(bob), key: 'reports-prod', hours: 1, reason: 'billing moves tomorrow' };
    expect((await refusalOf(rekey.rotations.extendGrace(longer))).code).toBe('no_extension');
    await rekey.queue.settle();
  },
);

test('of two tokens that may rotate, only the one that may suspend ends the grace of older versions', async () => {
  for (const scopes of [['keys:rotate'], ['keys:rotate', 'keys:suspend@reports']]) {
    const world = await aRotationsWorld();
    const rekey = await world.process();
    const token = reports({
      id: KeyId.parse('key-deployer'),
      slug: 'deployer',
      externalRef: 'dep1',
      digest: 'd3'.padEnd(64, '0'),
      scopes,
    });
    await recordEvents(rekey.ledger, [{ type: 'key_issued', key: token }]);
    const planned = await rekey.rotations.request(asks());
    await rekey.queue.settle();
    await untilGrace(rekey, planned.rotation);
    world.pass(HOUR);
    await rekey.rotations.request({ ...leaked(), actor: 'token:deployer', token: token.id });
    const graceEndsAt = scopes.length > 1 ? later(HOUR) : later(DAY);
    expect(await rekey.key(reports().id)).toMatchObject({ state: 'retiring', graceEndsAt });
    await rekey.queue.settle();
  }
});
