import { Refusal } from '../../../errors.ts';
import { loadSummary } from '../../load/summary.ts';
import { say } from '../../views/say.ts';
import { summaryPost } from '../../views/summary.ts';
import { summaryModal, timelinePage } from '../../views/summary-modal.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import { assertNoMore, textOf } from '../words.ts';
import { incidentMeant } from './which.ts';

const SUMMARY = '/incident summary inc-4k9x2m7qpd';

export const summaryVerb: Verb = {
  verb: 'summary',
  example: 'summary inc-4k9x2m7qpd',
  help: 'what happened and what follows from it, as the ledger has it now; `summary post` posts it',
  offered: mayWithSomeKey('read'),
  run: async (words, moment, desk) => {
    const post = words.some(({ text, quoted }) => !quoted && text.toLowerCase() === 'post');
    const meant = words.filter(({ text, quoted }) => quoted || text.toLowerCase() !== 'post');
    const { incident, rest } = await incidentMeant(meant, moment, desk);
    assertNoMore(rest, SUMMARY);
    if (post) {
      await desk.followUps.postSummary({ ...moment.origin, incident: incident.id });
      return moment.show(say(`The summary of ${incident.id} is posted.`));
    }
    const summary = await loadSummary(desk, incident.id);
    if (summary !== null) await moment.show(summaryPost(summary));
  },
};

export const timelineVerb: Verb = {
  verb: 'timeline',
  example: 'timeline inc-4k9x2m7qpd',
  help: 'what happened and who did it, each line with its source in the audit',
  offered: mayWithSomeKey('read'),
  run: async (words, moment, desk) => {
    const { incident, rest } = await incidentMeant(words, moment, desk);
    assertNoMore(rest, '/incident timeline inc-4k9x2m7qpd');
    const summary = await loadSummary(desk, incident.id);
    if (summary !== null && (await moment.openModal(summaryModal(summary, timelinePage(summary))))) return;
    throw new Refusal('no_form', `The timeline could not be opened. Type /incident summary ${incident.id}`);
  },
};

export const retrospectiveVerb: Verb = {
  verb: 'retrospective',
  also: ['retro', 'postmortem'],
  example: 'retrospective inc-4k9x2m7qpd https://wiki.example.com/retro/7',
  help: 'publish what was learned: a link or the text; nobody is reminded of it any more',
  offered: mayWithSomeKey('declare'),
  run: async (words, moment, desk) => {
    const { incident, rest } = await incidentMeant(words, moment, desk);
    const { origin, person } = moment;
    await desk.followUps.publish({ ...origin, person, incident: incident.id, words: textOf(rest) });
    await moment.show(say(`The retrospective of ${incident.id} is published.`));
  },
};
