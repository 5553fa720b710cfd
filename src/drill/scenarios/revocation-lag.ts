import type { Scenario } from '../scenario.ts';
import { lagSeen, provedTooEarly } from '../steps-of.ts';
import { cached } from '../verdicts.ts';

const PULLED_EVERY_MS = 90_000;

export const revocationLag: Scenario = {
  id: 'F4',
  title: 'Revocation lag',
  fault: 'the API learns only every 90 seconds that a key was revoked',
  keyAlive: true,
  atOnce: true,
  needs: ['key.revoke', 'key.prove_dead'],
  breaks: [],
  regions: ['eu'],
  open: () => ({
    distort: (_region, verify, now) => cached(verify, { keepMs: PULLED_EVERY_MS, now }).verify,
    expect: async (stage, ended) => [...lagSeen(stage, ended), ...provedTooEarly(stage, ended)],
  }),
};
