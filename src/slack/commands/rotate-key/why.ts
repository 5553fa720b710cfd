import { loadWhy } from '../../load/why.ts';
import { whyCard } from '../../views/why.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import { assertNoMore } from '../words.ts';

export const whyVerb: Verb = {
  verb: 'why',
  example: 'why payments-prod',
  help: 'why a key is rejected (401), or why run-…, rot-… or apr-… stands as it does; alone, why you were refused last',
  offered: mayWithSomeKey('read'),
  run: async ([id, ...more], moment, desk) => {
    assertNoMore(more, '/rotate-key why run-4k9x2m7qpd');
    return moment.show(whyCard(await loadWhy(id?.text ?? null, moment, desk)));
  },
};
