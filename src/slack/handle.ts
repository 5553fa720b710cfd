import { Refusal } from '../errors.ts';
import type { Inbox } from '../ledger/inbox.ts';
import { forms } from './actions/index.ts';
import { refusedForm, sentenceFor, sentenceForUnshown, showTo } from './answers.ts';
import { carryOut, type Order } from './carry-out.ts';
import type { Catalogues } from './catalogues.ts';
import type { Log, Patience } from './deps.ts';
import type { Gate } from './gate.ts';
import type { HomeTabs } from './home-tabs.ts';
import type { Incoming, Received, SubmissionIn } from './incoming.ts';
import type { MessagePlace, MessageRef } from './message-ref.ts';
import type { Desk, FormAnswer } from './moment.ts';
import { momentOf, placeOf } from './moment-of.ts';
import { withWordsOfOffer } from './offered.ts';
import { openedAt } from './pressed-at.ts';
import { Stopped, untilSlackAnswers } from './until-slack-answers.ts';
import { say, sayInModal } from './views/say.ts';
import { checked, type Voice } from './voice.ts';

export interface DoorDeps {
  desk: Desk;
  catalogues: Catalogues;
  gate: Gate;
  inbox: Inbox;
  voice: Voice;
  homes: HomeTabs;
  /** The message that somebody pointed at; null when it is gone. */
  lookUp: (place: MessagePlace) => Promise<MessageRef | null>;
  log: Log;
  newErrorId: () => string;
  patience: Pick<Patience, 'firstRetryMs' | 'admitMs'>;
  /** Aborted when Rekey stops: what still waits for Slack is left to the next start. */
  stopping: AbortSignal;
}

/**
 * Carries out what was kept, and answers. What a handler throws becomes words for the person. `until` is how long a Slack is waited for that
 * does not say who somebody is.
 */
export async function handle(deps: DoorDeps, received: Received<Order>, until: Date): Promise<void> {
  try {
    await letIn(deps, received, until);
  } catch (error) {
    if (error instanceof Stopped) return;
    await answerTo(deps, received, sentenceFor(error, deps));
  }
  await deps.inbox.handled(received.id, deps.desk.now());
}

async function letIn(deps: DoorDeps, received: Received<Order>, until: Date): Promise<void> {
  const order = await withWordsOfOffer(deps, received);
  const patient = { ...deps, until, tell: (sentence: string) => answerTo(deps, order, sentence) };
  const admitted = await untilSlackAnswers(patient, () => admit(deps, order)).catch((error: unknown) => {
    // Most emoji are not meant for Rekey, so whoever it does not listen to is not bothered with that.
    if (!(error instanceof Refusal) || order.incoming.kind !== 'reaction' || error.code === 'member_unknown')
      throw error;
    deps.log.info({ why: error.code }, 'a reaction of somebody whom Rekey does not listen to');
    return null;
  });
  if (admitted === null) return;
  const { person, on } = admitted;
  const unshown: unknown[] = [];
  const moment = momentOf(deps, { person, received: order, on, unshown: (error) => unshown.push(error) });
  await carryOut(order.incoming, moment, { ...deps, on });
  if (unshown.length > 0) await answerTo(deps, order, sentenceForUnshown(unshown, deps));
}

async function admit({ gate, lookUp }: DoorDeps, { incoming, live }: Received<Order>) {
  const { from } = incoming;
  if (incoming.kind === 'reaction')
    return { person: await gate.admit(from, incoming.on.channel, 'afresh'), on: await lookUp(incoming.on) };
  if (incoming.kind !== 'shortcut') return { person: await gate.admit(from, incoming.channel, 'afresh'), on: null };
  const person = await gate.admit(from, incoming.on.channel, 'afresh');
  return { person, on: live.pointedAt ?? (await lookUp(incoming.on)) };
}

/** Never rejects: what goes wrong is shown in the modal. Null when Rekey stopped first: then it is left to the next start. */
export async function handleForm(
  deps: DoorDeps,
  received: Received<SubmissionIn>,
  until: Date,
): Promise<FormAnswer | null> {
  const answer = await submitted(deps, received, until).catch((error: unknown) =>
    error instanceof Stopped ? null : refusedForm(sentenceFor(error, deps)),
  );
  if (answer === null) return null;
  await deps.inbox
    .handled(received.id, deps.desk.now())
    .catch((error: unknown) => deps.log.error({ err: error, id: received.id }, 'inbox'));
  return answer;
}

async function submitted(deps: DoorDeps, received: Received<SubmissionIn>, until: Date): Promise<FormAnswer> {
  const { incoming } = received;
  // The modal itself says that it takes longer.
  const patient = { ...deps, until, tell: async () => {} };
  const person = await untilSlackAnswers(patient, () => deps.gate.admit(incoming.from, null, 'afresh'));
  const form = forms.find((one) => one.form === incoming.form);
  if (form === undefined)
    throw new Refusal('unknown_form', 'This form belongs to another version of Rekey. Open it again.');
  const unshown: unknown[] = [];
  const moment = momentOf(deps, { person, received, on: null, unshown: (error) => unshown.push(error) });
  const answer = await form.submit({ metadata: incoming.metadata, values: incoming.values }, moment, deps.desk);
  if (unshown.length > 0 && answer.kind === 'close') return { kind: 'done', words: sentenceForUnshown(unshown, deps) };
  return answer.kind === 'show' ? { ...answer, view: checked(openedAt(answer.view, incoming.openedAt)) } : answer;
}

/** Never rejects: an answer that cannot be shown is in the log. */
export async function answerTo(
  { voice, log }: Pick<DoorDeps, 'voice' | 'log'>,
  received: Received<Incoming>,
  sentence: string,
): Promise<void> {
  const { incoming, live } = received;
  const { trigger } = live;
  try {
    // App Home has no channel to whisper in.
    if (incoming.kind === 'action' && incoming.channel === null && trigger !== null)
      if (await voice.openModal(trigger, sayInModal('Not done', sentence))) return;
    await showTo(voice, placeOf(incoming, live), say(sentence));
  } catch (error) {
    log.error({ err: error }, 'an answer could not be shown in Slack');
  }
}
