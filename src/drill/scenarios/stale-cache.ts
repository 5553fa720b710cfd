import type { Scenario } from '../scenario.ts';
import { doAgain, lagSeen, provedTooEarly } from '../steps-of.ts';
import { cached } from '../verdicts.ts';

const NOTICED_AFTER_MS = 3 * 60_000;

export const staleCache: Scenario = {
  id: 'F2',
  title: 'Stale cache',
  fault: 'the verifier keeps its good verdict on the old key for ever, until somebody clears its cache',
  keyAlive: true,
  atOnce: false,
  needs: ['key.revoke', 'key.prove_dead'],
  breaks: ['M5', 'M6'],
  regions: ['eu'],
  open: () => {
    let clear = () => {};
    let cleared = false;
    return {
      distort: (_region, verify, now) => {
        const cache = cached(verify, { keepMs: Number.POSITIVE_INFINITY, now });
        clear = cache.clear;
        return cache.verify;
      },
      afterEnd: async (stage, run) => {
        if (cleared || run.outcome !== 'failed') return null;
        await stage.travelTo(new Date(stage.now().getTime() + NOTICED_AFTER_MS));
        clear();
        cleared = true;
        return doAgain(stage, run, { how: 'retry', kind: 'key.prove_dead', reason: 'the cache of the API is cleared' });
      },
      expect: async (stage, ended) => [
        ...(cleared ? [] : ['the run ended well although the old key was still let through']),
        ...lagSeen(stage, ended),
        ...provedTooEarly(stage, ended),
      ],
    };
  },
};
