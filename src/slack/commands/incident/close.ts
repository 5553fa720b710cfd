import { incidentGate } from '../../views/incident-gate.ts';
import { say } from '../../views/say.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import { assertNoMore, malformed, splitNeededReason, textOf } from '../words.ts';
import { incidentMeant } from './which.ts';

export const closeVerb: Verb = {
  verb: 'close',
  example: 'close inc-4k9x2m7qpd',
  help: 'close it, or see what is missing and let a point go',
  offered: mayWithSomeKey('close'),
  run: async (words, moment, desk) => {
    const { incident, rest } = await incidentMeant(words, moment, desk);
    assertNoMore(rest, '/incident close inc-4k9x2m7qpd');
    await desk.incidents.assertMay({ ...moment.origin, incident: incident.id, verb: 'close' });
    const { openPoints } = await desk.incidents.close({ ...moment.origin, incident: incident.id });
    // In words as well: a mention brings no form, and whoever reads it wants to pass it on.
    const answer = openPoints.length > 0 ? incidentGate(incident, openPoints) : say(`${incident.id} is closed.`);
    await moment.show(answer);
  },
};

const WAIVE = '/incident waive p3f2c because "the peer is being shut down"';

export const waiveVerb: Verb = {
  verb: 'waive',
  example: 'waive p3f2c because "the peer is being shut down"',
  help: 'let a point of the gate go, by its code in `close`, with your name and the reason',
  offered: mayWithSomeKey('close'),
  run: async (typed, moment, desk) => {
    const { words, reason } = splitNeededReason(typed, { what: 'letting a point go', example: WAIVE });
    const { incident, rest } = await incidentMeant(words, moment, desk);
    if (rest.length === 0) throw malformed('the code of the point is missing; /incident close shows it', WAIVE);
    const point = textOf(rest);
    const waived = await desk.incidents.waive({ ...moment.origin, incident: incident.id, point, reason });
    await moment.show(say(`Let go with your name: ${waived}`));
  },
};

const REOPEN = '/incident reopen inc-4k9x2m7qpd because "it happened again"';

export const reopenVerb: Verb = {
  verb: 'reopen',
  example: 'reopen inc-4k9x2m7qpd because "it happened again"',
  help: 'open a closed one again, with the reason',
  offered: mayWithSomeKey('close'),
  run: async (typed, moment, desk) => {
    const { words, reason } = splitNeededReason(typed, { what: 'opening it again', example: REOPEN });
    const { incident, rest } = await incidentMeant(words, moment, desk);
    assertNoMore(rest, REOPEN);
    await desk.incidents.reopen({ ...moment.origin, incident: incident.id, reason });
    await moment.show(say(`${incident.id} is open again.`));
  },
};
