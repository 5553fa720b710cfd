import { Refusal } from '../../../errors.ts';
import { notifyModal } from '../../views/notify-modal.ts';
import { say } from '../../views/say.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import { assertNoMore, splitNamed, splitReason } from '../words.ts';
import { incidentMeant } from './which.ts';

const EXAMPLE = '/incident notify to="callers, peers" data="No data was at risk" because "they call us every day"';

/** People outside are told from a template that was reviewed; somebody else approves the exact text before it leaves. */
export const notifyVerb: Verb = {
  verb: 'notify',
  also: ['tell'],
  example: 'notify to="callers, peers" data="No data was at risk" because "they call us every day"',
  help: 'tell callers and peers outside the company, once somebody has approved the text',
  offered: mayWithSomeKey('notify'),
  run: async (typed, moment, desk) => {
    const { words, reason } = splitReason(typed, EXAMPLE);
    const { words: others, named } = splitNamed(words, { names: ['to', 'data', 'template'], example: EXAMPLE });
    const { incident, rest } = await incidentMeant(others, moment, desk);
    assertNoMore(rest, EXAMPLE);
    const { to = 'callers, peers', data = '', template = '' } = named;
    if (data === '' || reason === '') {
      const opened = await moment.openModal(notifyModal({ incident: incident.id, to, data, template, reason }));
      if (opened) return;
      throw new Refusal('incomplete_command', `Say what of data integrity and why. Type for instance: ${EXAMPLE}`);
    }
    const told = { to, dataIntegrity: data, template: template === '' ? null : template, reason };
    const begun = await desk.deliveries.tell({ ...moment.origin, incident: incident.id, ...told });
    await moment.show(say(`${begun.run} writes the notice; nothing leaves before somebody else has approved it.`));
  },
};
