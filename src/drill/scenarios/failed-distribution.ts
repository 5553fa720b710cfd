import { mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { lineAt, openRecords, recordsOf } from '../steps-of.ts';

export const failedDistribution: Scenario = {
  id: 'F1',
  title: 'Failed distribution',
  fault: 'the place from which callers read the key cannot be written until two attempts have failed',
  keyAlive: false,
  atOnce: false,
  needs: ['secret.deliver'],
  breaks: ['M6'],
  regions: ['eu'],
  open: () => {
    let failed = 0;
    return {
      // A folder where the new file would be written beside the old one: reading goes on, and writing fails, for root too.
      strike: async (stage) => {
        mkdirSync(obstacle(stage));
        stage.say('fault', 'the place of the key cannot be written');
      },
      look: async (stage) => {
        if (failed >= 2) return;
        const [record] = await openRecords(stage, 'secret.deliver');
        failed = record?.state === 'waiting' && record.waiting.kind === 'retry' ? record.attempts : failed;
        if (failed < 2) return;
        rmSync(obstacle(stage), { recursive: true });
        stage.say('fault', 'is over: the place can be written again');
      },
      expect: async (stage, ended) => {
        const [record] = ended.runs.flatMap((run) => recordsOf(stage, run, 'secret.deliver'));
        const [delivered, revoked] = [
          lineAt(ended, 'secret_delivered'),
          lineAt(ended, 'key_revoked', stage.subject.id),
        ];
        return [
          ...(failed >= 2 && record?.state === 'done'
            ? []
            : ['the delivery was not tried again until it went through']),
          ...(delivered !== null && revoked !== null && revoked < delivered
            ? ['the old key was revoked before the new one was delivered']
            : []),
        ];
      },
    };
  },
};

function obstacle({ place }: Stage): string {
  return join(dirname(place), `.${basename(place)}.rekey-new`);
}
