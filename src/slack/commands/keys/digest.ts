import { Refusal } from '../../../errors.ts';
import { loadPreview } from '../../load/digest.ts';
import { digestPart } from '../../views/digest.ts';
import { say } from '../../views/say.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';

/** `/keys digest`: what the next digest would say, to oneself. `/keys digest send`: one more for everybody, now. */
export const digestVerb: Verb = {
  verb: 'digest',
  example: 'digest',
  help: 'what the next digest would say, to you alone; `digest send` posts one for everybody now',
  offered: mayWithSomeKey('read'),
  run: async ([word, ...more], moment, desk) => {
    if (word?.text.toLowerCase() === 'send' && more.length === 0) {
      const { id, keys, parts } = await desk.digests.send(moment.origin);
      return moment.show(say(`${id} is on its way: ${keys} keys in ${parts} message${parts === 1 ? '' : 's'}.`));
    }
    if (word !== undefined) throw new Refusal('unknown_verb', 'Expected: /keys digest, or /keys digest send');
    const digest = await desk.digests.preview(moment.person);
    if (digest.parts === 0)
      return moment.show(say('Nothing to say: no key that you may read ends within 30 days or lacks anything.'));
    return moment.show(digestPart(await loadPreview(desk, digest)));
  },
};
