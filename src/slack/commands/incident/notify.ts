import { Refusal } from '../../../errors.ts';
import { loadNoticePreview } from '../../load/notice-preview.ts';
import { notifyModal } from '../../views/notify-modal.ts';
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
    const form = { to, data, template, reason };
    const preview = await loadNoticePreview(desk, form, { incident: incident.id, actor: moment.origin.actor });
    // Also where everything was said: whoever asks reads first, word for word, what would leave.
    const opened = await moment.openModal(notifyModal({ ...form, incident: incident.id, preview }));
    if (!opened) throw new Refusal('press_again', `Nothing was asked yet. Type it again: ${EXAMPLE}`);
  },
};
