import { rmSync } from 'node:fs';
import type { Scenario } from '../scenario.ts';
import { textIn } from '../stage.ts';

export const pipelineKeyLost: Scenario = {
  id: 'F8',
  title: 'CI/CD credential loss',
  fault: 'the key is gone from the place where the pipeline reads it, before it is replaced',
  keyAlive: false,
  atOnce: false,
  needs: ['secret.deliver'],
  breaks: [],
  regions: ['eu'],
  open: () => ({
    strike: async ({ place, say }) => {
      rmSync(place);
      say('fault', 'the key is gone from the place where the pipeline reads it');
    },
    expect: async ({ place, oldMaterial }) => {
      const there = textIn(place);
      return there !== '' && there !== oldMaterial ? [] : ['there is no new key at the place of the pipeline'];
    },
  }),
};
