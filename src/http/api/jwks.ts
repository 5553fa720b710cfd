import { z } from 'zod';
import { jwksOf, signingKeys } from '../../providers/jwt-signing-keys.ts';
import { answer, endpoint } from './endpoint.ts';

export const jwks = endpoint({
  name: 'read_jwks',
  method: 'get',
  path: '/.well-known/jwks.json',
  summary: 'The public keys that JWTs of this ledger are signed with (RFC 7517)',
  description:
    'A signing key that is being replaced stays here until its grace ends. Ask again when a `kid` is unknown.',
  scope: null,
  input: z.object({}),
  answers: {
    200: { says: 'The keys, newest first', schema: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
  },
  perform: async (_input, { deps }) => answer(200, jwksOf(await signingKeys(deps.ledger.read, deps.now()))),
});
