import { onOne } from './on-one.ts';

export const reinstate = onOne({
  name: 'reinstate',
  description: 'accept a suspended key again',
  example: 'rekey keys reinstate payments-prod --because "it was our own scanner"',
  question: null,
  work: ({ keys }, request) => keys.reinstate(request),
  said: (key) => `is ${key.state} again.`,
});
