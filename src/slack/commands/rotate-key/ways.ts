import type { Way } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';

const offered = mayWithSomeKey('rotate');

/** What begins with the name of a key is no verb; the help lists it all the same. */
export const rotateWays: readonly Way[] = [
  { offered, example: '', help: 'a form that says what would happen before anything does' },
  { offered, example: 'payments-prod expired', help: 'it ran out before its rotation completed' },
  {
    offered,
    example: 'payments-prod suspected because "laptop stolen"',
    help: 'somebody may have it; replaced first, then revoked',
  },
  {
    offered,
    example: 'payments-prod leaked because "token in a public gist"',
    help: 'others can read it, which counts as exploited; revoked first',
  },
  {
    offered,
    example: 'payments-prod planned grace 24h because "a new quarter"',
    help: 'both keys work for that long, then the old one is revoked and proved dead',
  },
];
