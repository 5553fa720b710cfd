import { lastShowingOf } from '../../../domain/clock-past.ts';
import { IncidentRole } from '../../../domain/incident-work.ts';
import { Refusal } from '../../../errors.ts';
import { displayNames } from '../../load/names.ts';
import type { Desk } from '../../moment.ts';
import { noteModal } from '../../views/incident-forms.ts';
import { say } from '../../views/say.ts';
import type { Verb } from '../contract.ts';
import { giveKey } from '../keys/claim-owner.ts';
import { mayWithSomeKey } from '../offered.ts';
import { ownerNamed, personNamed } from '../person-named.ts';
import type { Token } from '../tokens.ts';
import { assertNoMore, malformed, splitNeededReason, splitReason, textOf } from '../words.ts';
import { severityOrRefuse } from './open.ts';
import { incidentMeant } from './which.ts';

const SEVERITY = '/incident severity SEV1 because "customers are locked out"';

export const severityVerb: Verb = {
  verb: 'severity',
  also: ['sev'],
  example: 'severity SEV1 because "customers are locked out"',
  help: 'how grave it is, with the reason',
  offered: mayWithSomeKey('declare'),
  run: async (typed, moment, desk) => {
    const { words, reason } = splitNeededReason(typed, { what: 'another severity', example: SEVERITY });
    const { incident, rest } = await incidentMeant(words, moment, desk);
    const [wanted, ...more] = rest;
    assertNoMore(more, SEVERITY);
    const severity = severityOrRefuse(wanted?.text ?? '', SEVERITY);
    await desk.incidents.setSeverity({ ...moment.origin, incident: incident.id, severity, reason });
    await moment.show(say(`${incident.id} is ${severity} now.`));
  },
};

const ROLE = '/incident role commander @bob because "I go off shift"';

export const roleVerb: Verb = {
  verb: 'role',
  also: ['roles'],
  example: 'role commander @bob because "I go off shift"',
  help: 'commander, operator or scribe: give it to somebody, or take it with `me`',
  offered: mayWithSomeKey('declare'),
  run: async (typed, moment, desk) => {
    const { words, reason } = splitReason(typed, ROLE);
    const { incident, rest } = await incidentMeant(words, moment, desk);
    const [named, who, ...more] = rest;
    assertNoMore(more, ROLE);
    const role = IncidentRole.safeParse(named?.text.toLowerCase());
    if (!role.success) throw malformed(`a role is ${IncidentRole.options.join(', ')}`, ROLE);
    const isSelf = who === undefined || /^(me|myself)$/i.test(who.text);
    const person = isSelf ? moment.person : personNamed(who, (await desk.policy()).policy, ROLE);
    await desk.incidents.giveRole({ ...moment.origin, incident: incident.id, role: role.data, person, reason });
    const name = await displayNames(desk);
    await moment.show(say(`${name(person)} is ${role.data} of ${incident.id} now.`));
  },
};

const NOTE = '/incident note "the cache was cleared by hand" at 03:12';

export const noteVerb: Verb = {
  verb: 'note',
  example: 'note "the cache was cleared by hand" at 03:12',
  help: 'put something on the timeline; without words a form asks for them',
  offered: mayWithSomeKey('declare'),
  run: async (typed, moment, desk) => {
    const { incident, rest } = await incidentMeant(typed, moment, desk);
    if (rest.length === 0) {
      if (await moment.openModal(noteModal(incident))) return;
      throw new Refusal('incomplete_command', `The form could not be opened. Type it in one line: ${NOTE}`);
    }
    const { words, happenedAt } = await timedWords(rest, desk);
    await desk.incidents.note({ ...moment.origin, incident: incident.id, words, happenedAt });
    await moment.show(say(`Noted on the timeline of ${incident.id}.`));
  },
};

/** `… at 03:12`, on a clock of the team's zone; without it, now. */
async function timedWords(rest: readonly Token[], desk: Pick<Desk, 'policy' | 'now'>) {
  const [at, clock] = rest.slice(-2);
  const isTimed = rest.length > 2 && at?.text.toLowerCase() === 'at' && !at.quoted && clock !== undefined;
  if (!isTimed) return { words: textOf(rest), happenedAt: desk.now() };
  const { policy } = await desk.policy();
  const happenedAt = lastShowingOf(clock.text, desk.now(), policy.team.time_zone);
  // "we met at noon" is no time, and neither a mistake.
  if (happenedAt === null && !/^\d/.test(clock.text)) return { words: textOf(rest), happenedAt: desk.now() };
  if (happenedAt === null) throw malformed('a time is 03:12 or 2026-11-21T03:12', NOTE);
  return { words: textOf(rest.slice(0, -2)), happenedAt };
}

const OWNER = '/incident owner @bob because "carol is away"';

export const incidentOwnerVerb: Verb = {
  verb: 'owner',
  example: 'owner @bob because "carol is away"',
  help: 'give its key another owner while it lasts and after',
  offered: mayWithSomeKey('change'),
  run: async (typed, moment, desk) => {
    const { words, reason } = splitNeededReason(typed, { what: 'another owner', example: OWNER });
    const { incident, rest } = await incidentMeant(words, moment, desk);
    const [who, ...more] = rest;
    assertNoMore(more, OWNER);
    const owner = ownerNamed(who, (await desk.policy()).policy, OWNER);
    if (incident.key === null) throw new Refusal('no_key', `${incident.id} is about no key.`);
    await giveKey({ name: incident.key, owner, reason }, moment, desk);
  },
};
