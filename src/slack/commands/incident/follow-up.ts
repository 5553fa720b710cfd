import { endOfWorkingDay } from '../../../domain/working-time.ts';
import { openOrAskAgain } from '../../actions/open-or-ask-again.ts';
import type { Moment } from '../../moment.ts';
import { addFollowUpModal } from '../../views/follow-up-modals.ts';
import { say } from '../../views/say.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import { ownerNamed } from '../person-named.ts';
import { malformed, splitNamed, splitReason, textOf } from '../words.ts';
import { incidentMeant } from './which.ts';

const ADD = '/incident follow-up add inc-4k9x2m7qpd "Route the warnings to the owner" owner:@carol due:2027-03-24';

/** `/incident follow-up add …`, and by its id `done`, `assign`, `move`, `drop`; with nothing to do, the form. */
export const followUpVerb: Verb = {
  verb: 'follow-up',
  also: ['followup', 'follow-ups'],
  example: 'follow-up add inc-4k9x2m7qpd "Route the warnings" owner:@carol due:2027-03-24',
  help: 'what has to happen after it: `add`, or `done fup-…`, `assign`, `move`, `drop`',
  offered: mayWithSomeKey('declare'),
  run: async (words, moment, desk) => {
    const [first, ...rest] = words;
    const what = first?.quoted === false ? first.text.toLowerCase() : '';
    if (what === 'done' || what === 'assign' || what === 'move' || what === 'drop')
      return change(what, rest, { moment, desk });
    return add(what === 'add' ? rest : words, { moment, desk });
  },
};

type Words = Parameters<Verb['run']>[0];
interface Here {
  moment: Moment;
  desk: Parameters<Verb['run']>[2];
}

async function add(words: Words, { moment, desk }: Here): Promise<void> {
  const { policy } = await desk.policy();
  const { words: left, named } = splitNamed(words, { names: ['owner', 'due'], example: ADD });
  const { incident, rest } = await incidentMeant(left, moment, desk);
  const what = textOf(rest);
  // Ambiguous is what is not whole: then the form asks for the rest.
  if (what === '' || named.owner === undefined || named.due === undefined)
    return openOrAskAgain(addFollowUpModal(incident), moment, 'Add follow-up');
  const owner = ownerNamed({ text: named.owner, quoted: false }, policy, ADD);
  const dueAt = endOfWorkingDay(named.due, policy.team.time_zone);
  const added = await desk.followUps.add({ ...moment.origin, incident: incident.id, what, owner, dueAt });
  await moment.show(say(`${added.id} is added for ${owner}, until ${named.due}.`));
}

const CHANGED = {
  done: '/incident follow-up done fup-4k9x2m7qpd because "merged in #812"',
  assign: '/incident follow-up assign fup-4k9x2m7qpd @bob because "on leave"',
  move: '/incident follow-up move fup-4k9x2m7qpd 2027-04-14 because "the vendor is late"',
  drop: '/incident follow-up drop fup-4k9x2m7qpd because "the service is gone"',
} as const;

async function change(kind: keyof typeof CHANGED, typed: Words, { moment, desk }: Here): Promise<void> {
  const example = CHANGED[kind];
  const { words, reason } = splitReason(typed, example);
  const [named, value] = words;
  if (named === undefined || !/^fup-/i.test(named.text)) throw malformed('the id of the follow-up is missing', example);
  const { policy } = await desk.policy();
  const press = { ...moment.origin, person: moment.person, followUp: named.text.toLowerCase() };
  const { followUps } = desk;
  const changed = async () => {
    switch (kind) {
      case 'done':
        return followUps.done({ ...press, note: reason });
      case 'assign':
        return followUps.handOver({ ...press, to: ownerNamed(value, policy, example), reason });
      case 'move':
        return followUps.move({
          ...press,
          dueAt: endOfWorkingDay(value?.text ?? '', policy.team.time_zone),
          reason,
        });
      case 'drop':
        return followUps.drop({ ...press, reason });
      default:
        return kind satisfies never;
    }
  };
  const { id, what } = await changed();
  await moment.show(say(`${id} (${what}): ${SAID[kind]}.`));
}

const SAID = { done: 'done', assign: 'handed over', move: 'moved', drop: 'dropped' } as const;
