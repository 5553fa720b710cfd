import { Refusal } from '../errors.ts';
import type { Inbox } from '../ledger/inbox.ts';
import { actions, forms } from './actions/index.ts';
import { refusedForm, sentenceFor, showTo } from './answers.ts';
import { commands } from './commands/index.ts';
import type { Log } from './deps.ts';
import type { Gate } from './gate.ts';
import type { Incoming, Live, Received, SubmissionIn } from './inbound.ts';
import type { Desk, FormAnswer, Moment } from './moment.ts';
import { say, sayInModal } from './views/say.ts';
import { checked, type Voice } from './voice.ts';

export interface DoorDeps {
  desk: Desk;
  gate: Gate;
  inbox: Inbox;
  voice: Voice;
  log: Log;
  newErrorId: () => string;
}

/** Carries out what was kept, and answers. What a handler throws becomes words for the person. */
export async function handle(
  deps: DoorDeps,
  { id, incoming, live }: Received<Exclude<Incoming, SubmissionIn>>,
): Promise<void> {
  try {
    const moment = await momentOf(deps, { id, incoming, live });
    if (incoming.kind === 'command') {
      const command = commands.find((one) => one.command === incoming.command);
      if (command === undefined) throw new Refusal('unknown_command', `Rekey does not know ${incoming.command}.`);
      await command.run(incoming.text, moment, deps.desk);
    } else {
      const action = actions.find((one) => one.action === incoming.action);
      // A press on something without a handler, such as a menu on its way to be submitted.
      if (action !== undefined) await action.press(incoming.value, moment, deps.desk);
    }
  } catch (error) {
    await answerTo(deps, incoming, live, sentenceFor(error, deps));
  } finally {
    await deps.inbox.handled(id, deps.desk.now());
  }
}

/** Never rejects: what goes wrong is shown in the modal. */
export async function handleForm(deps: DoorDeps, { id, incoming, live }: Received<SubmissionIn>): Promise<FormAnswer> {
  try {
    const moment = await momentOf(deps, { id, incoming, live });
    const form = forms.find((one) => one.form === incoming.form);
    if (form === undefined)
      throw new Refusal('unknown_form', 'This form belongs to another version of Rekey. Open it again.');
    const answer = await form.submit({ metadata: incoming.metadata, values: incoming.values }, moment, deps.desk);
    return answer.kind === 'show' ? { ...answer, view: checked(answer.view) } : answer;
  } catch (error) {
    return refusedForm(sentenceFor(error, deps));
  } finally {
    await deps.inbox
      .handled(id, deps.desk.now())
      .catch((error: unknown) => deps.log.error({ err: error, id }, 'inbox'));
  }
}

async function momentOf({ gate, voice }: DoorDeps, { id, incoming, live }: Received<Incoming>): Promise<Moment> {
  const { from } = incoming;
  const channel = incoming.kind === 'submission' ? null : incoming.channel;
  const person = await gate.admit(from, channel);
  const { trigger } = live;
  return {
    person,
    channel,
    thread: incoming.kind === 'action' ? incoming.thread : null,
    code: live.code ?? null,
    origin: { actor: `person:${person}`, channel: 'slack', dedupe: { source: 'slack', id } },
    show: (message) => showTo(voice, placeOf(incoming, live), message),
    openModal: async (view) => trigger !== null && voice.openModal(trigger, view),
  };
}

export function placeOf(incoming: Incoming, { responseUrl }: Live) {
  const { from } = incoming;
  if (incoming.kind === 'submission') return { from, channel: channelOf(incoming), thread: null, responseUrl };
  return { from, channel: incoming.channel, thread: incoming.kind === 'action' ? incoming.thread : null, responseUrl };
}

/** A form that was opened by a command brings back the channel in which that was typed. */
function channelOf({ metadata }: SubmissionIn): string | null {
  return /^[CDG][A-Z0-9]{2,}$/.test(metadata) ? metadata : null;
}

export async function answerTo(deps: DoorDeps, incoming: Incoming, live: Live, sentence: string): Promise<void> {
  const { trigger } = live;
  try {
    // App Home has no channel to whisper in.
    if (incoming.kind === 'action' && incoming.channel === null && trigger !== null)
      if (await deps.voice.openModal(trigger, sayInModal('Not done', sentence))) return;
    await showTo(deps.voice, placeOf(incoming, live), say(sentence));
  } catch (error) {
    deps.log.error({ err: error }, 'an answer could not be shown in Slack');
  }
}
