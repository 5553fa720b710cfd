import { expect } from 'vitest';
import { scans } from './authenticator.ts';
import type { Journey } from './journey.ts';
import { PAYMENTS } from './payments.ts';

const RULE = {
  rules: {
    rotate: {
      tier: 3,
      approve: 2,
      deny: 1,
      from: ['bob', 'carol', 'dave'],
      reason: 'always',
      expires_minutes: { planned: 30, emergency: 10 },
      escalate: null,
      delegate: null,
    },
  },
};

/** Two people, each with a code of their phone, and only then the key is touched. */
export const tierThree: Journey = {
  name: 'an approval at tier 3',
  setting: {
    ledger: {
      keys: [{ ...PAYMENTS, owner: 'alice', expires: '-5m' }],
    },
    policy: RULE,
  },
  play: async ({ alice, bob, dave }, stage) => {
    const phones = { bob: await scans('bob', stage), dave: await scans('dave', stage) };
    for (const person of [bob, dave]) {
      await person.goes('home');
      await person.opens('Your codes', 'Set up my codes');
      await person.fills({ 'The first code of your app': phones[person === bob ? 'bob' : 'dave'].code() });
      await person.sends();
      await person.closes();
    }
    await stage.passes(60_000);
    await alice.goes('#incidents');
    await alice.types('/rotate-key payments-prod expired because "callers are rejected"');
    for (const person of [bob, dave]) {
      await person.goes('messages');
      await person.sees('Approval needed', 'payments-prod');
      await person.opens('Review', 'Review', 'Approval needed');
      await person.fills({
        'Your decision': 'Approve',
        Reason: 'Seen the rejected calls.',
        'To approve, the code of your authenticator app': phones[person === bob ? 'bob' : 'dave'].code(),
      });
      await person.sends();
    }
    await alice.goes('#incidents');
    await alice.sees('Approved', 'Bob', 'Dave', 'code');
    await expect.poll(() => stage.api.call(stage.materialOf('payments-prod')), { timeout: 20_000 }).toBe(200);
  },
};
