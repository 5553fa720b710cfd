import type { Scenario } from '../scenario.ts';

export const calm: Scenario = {
  id: 'calm',
  title: 'Nothing goes wrong',
  fault: 'none',
  keyAlive: false,
  atOnce: false,
  needs: [],
  breaks: [],
  regions: ['eu'],
  open: () => ({ expect: async () => [] }),
};
