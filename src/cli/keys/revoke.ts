import { onOne } from './on-one.ts';

export const revoke = onOne({
  name: 'revoke',
  description: 'refuse a key for ever; whoever still uses it is cut off. To replace it, rotate it',
  example: 'rekey keys revoke old-reporting --because "the service is gone" --yes',
  question: (key) => `Revoking ${key} is final. Revoke it?`,
  work: ({ keys }, request) => keys.revoke(request),
  said: () => 'is revoked. That is final.',
});
