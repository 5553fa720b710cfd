import { scans } from '../../../test/journeys/authenticator.ts';
import { PAYMENTS } from '../../../test/journeys/payments.ts';
import { formBehind, type Scene } from '../scene.ts';

/** Where a decision takes two people with a code each. */
export const codes: Scene = {
  name: 'codes',
  setting: {
    ledger: { keys: [{ ...PAYMENTS, owner: 'alice', expires: '-5m' }] },
    policy: {
      rules: {
        rotate: {
          tier: 3,
          approve: 2,
          from: ['bob', 'carol', 'dave'],
          reason: 'always',
          escalate: null,
          delegate: null,
        },
      },
    },
  },
  play: async ({ alice, bob, dave }, stage, camera) => {
    const phones = { bob: await scans('bob', stage), dave: await scans('dave', stage) };
    await bob.goes('home');
    await formBehind('Set up my codes', { who: bob, camera });
    for (const [person, phone] of [
      [bob, phones.bob],
      [dave, phones.dave],
    ] as const) {
      await person.goes('home');
      await person.opens('Your codes', 'Set up my codes');
      await person.fills({ 'The first code of your app': phone.code() });
      await person.sends();
      await person.closes();
    }
    await alice.goes('#incidents');
    await alice.types('/rotate-key payments-prod expired because "callers are rejected"');
    await bob.goes('messages');
    await bob.sees('Approval needed', 'payments-prod');
    const shot = { as: 'with-code', when: 'where the rule asks for a code' };
    await formBehind('Review', { who: bob, camera, on: 'Approval needed', shot });
  },
};
