import type { Scenario } from '../scenario.ts';
import { lineAt, recordsOf } from '../steps-of.ts';
import { learnsNewAfter, refusingNew } from '../verdicts.ts';

const SWITCHES_AFTER_MS = 20_000;

export const thirdParty: Scenario = {
  id: 'F9',
  title: 'Third-party mismatch',
  fault: 'the partner answers 401 to the new key for 20 s, until it has switched',
  keyAlive: false,
  atOnce: false,
  needs: ['key.prove_live', 'key.revoke'],
  breaks: ['M6'],
  regions: ['partner'],
  open: () => {
    const old = new Set<string>();
    return {
      distort: (_region, verify, now) =>
        refusingNew(verify, {
          isOld: (material) => old.size === 0 || old.has(material),
          isOver: learnsNewAfter(SWITCHES_AFTER_MS, now),
        }),
      strike: async (stage) => void old.add(stage.oldMaterial),
      expect: async (stage, ended) => {
        const [record] = ended.runs.flatMap((run) => recordsOf(stage, run, 'key.prove_live'));
        const [live, revoked] = [lineAt(ended, 'key_proved_live'), lineAt(ended, 'key_revoked', stage.subject.id)];
        return [
          ...((record?.attempts ?? 0) > 1 ? [] : ['the partner was asked once only, so the fault was not felt']),
          ...(live !== null && revoked !== null && revoked < live
            ? ['the old key was revoked before the partner took the new one']
            : []),
        ];
      },
    };
  },
};
