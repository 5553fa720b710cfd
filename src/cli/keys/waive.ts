import { findKey } from '../../engine/which-key.ts';
import { onOne } from './on-one.ts';

export const waive = onOne({
  name: 'waive',
  description: 'let the old key of a rotation be revoked although callers still use it; your name stands in the audit',
  example: 'rekey keys waive payments-prod --because "billing-cron is switched off" --yes',
  question: (key) => `Callers that still use the old ${key} will be cut off. Go on?`,
  work: async ({ rotations, deps }, request) => {
    await rotations.waiveGate(request);
    return findKey(deps.ledger.read, request.key);
  },
  said: () => 'no longer waits for its callers.',
});
