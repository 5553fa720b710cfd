import type { Scenario } from '../scenario.ts';
import { lagSeen, provedTooEarly } from '../steps-of.ts';
import { cached, learnsNewAfter, refusingNew } from '../verdicts.ts';

const LEARNS_NEW_AFTER_MS = 20_000;
const LEARNS_DEAD_AFTER_MS = 45_000;

export const laggingRegion: Scenario = {
  id: 'F7',
  title: 'Cross-region inconsistency',
  fault: 'of two verifiers one learns of a new key 20 s late, and of a dead one up to 45 s late',
  keyAlive: true,
  atOnce: true,
  needs: ['key.prove_live', 'key.prove_dead', 'key.revoke'],
  breaks: ['M6'],
  regions: ['eu', 'us'],
  open: () => {
    const old = new Set<string>();
    return {
      distort: (region, verify, now) => {
        if (region === 'eu') return verify;
        const late = cached(verify, { keepMs: LEARNS_DEAD_AFTER_MS, now }).verify;
        return refusingNew(late, {
          isOld: (material) => old.size === 0 || old.has(material),
          isOver: learnsNewAfter(LEARNS_NEW_AFTER_MS, now),
        });
      },
      strike: async (stage) => void old.add(stage.oldMaterial),
      expect: async (stage, ended) => [...lagSeen(stage, ended), ...provedTooEarly(stage, ended)],
    };
  },
};
