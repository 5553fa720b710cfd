import { PAYMENTS } from '../../../test/journeys/payments.ts';
import { HOUR_MS, type Scene } from '../scene.ts';

/** One person decides alone; somebody looks at it afterwards. */
export const breakGlass: Scene = {
  name: 'break-glass',
  setting: { ledger: { keys: [PAYMENTS] } },
  play: async ({ alice, bob, dave }, stage, camera) => {
    await alice.goes('home');
    await camera.home(alice, { as: 'newcomer', when: 'on the first day' });
    await alice.goes('#incidents');
    await alice.types('/rotate-key payments-prod exploited because "a contractor uses it right now"');
    await alice.sees('Approval needed', 'payments-prod');
    await alice.opens('Review', 'Review', 'Approval needed');
    await camera.form(alice, { as: 'alone', when: 'to whoever asked for it and may only break the glass' });
    await alice.fills({ 'Your decision': 'Break the glass', Reason: 'Nobody answers, and data leaves now.' });
    await alice.sends();
    await bob.goes('messages');
    await bob.sees('Break-glass used', 'Alice', 'data leaves now');
    await camera.surface('break_glass', bob);
    await camera.surface('break_glass', bob, { phone: true });
    await camera.home(bob, { as: 'debt', when: 'of a reviewer who owes a review' });
    await stage.passes(25 * HOUR_MS);
    await dave.goes('#incidents');
    await dave.sees('Break-glass used', 'overdue');
    await camera.surface('break_glass', dave, { as: 'overdue', when: 'when nobody has reviewed it within a day' });
    await bob.goes('messages');
    await bob.opens('Review', 'Review it', 'Decided alone');
    await camera.form(bob);
    await bob.fills({
      'Was it right not to wait?': 'Yes, it was justified',
      'What did you find?': 'The calls of the contractor ended a minute later.',
    });
    await bob.sends();
    await bob.closes();
    await bob.sees('Break-glass reviewed', 'justified');
    await camera.surface('break_glass', bob, { as: 'reviewed', when: 'when it has been reviewed' });
  },
};
