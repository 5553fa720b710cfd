import { onOne } from './on-one.ts';

export const suspend = onOne({
  name: 'suspend',
  description: 'refuse a key everywhere, at once, until it is reinstated',
  example: 'rekey keys suspend payments-prod --because "calls from an unknown network"',
  question: null,
  work: ({ keys }, request) => keys.suspend(request),
  said: () => 'is suspended: it is refused from now on. Take it back with: rekey keys reinstate',
});
