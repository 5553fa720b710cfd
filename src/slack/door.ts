import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '../errors.ts';
import type { Inbox } from '../ledger/inbox.ts';
import { holdsSecret } from '../scrub.ts';
import { actions, forms, menus } from './actions/index.ts';
import { type Ack, answerAck, answerWords, refusedForm, sentenceFor, showTo } from './answers.ts';
import { optionOf } from './blocks.ts';
import { commands } from './commands/index.ts';
import type { Log } from './deps.ts';
import type { Gate } from './gate.ts';
import {
  type From,
  Incoming,
  type Live,
  NOT_LIVE,
  type Received,
  readAction,
  readCommand,
  readHomeOpened,
  readSubmission,
  readSuggestion,
  type SubmissionIn,
} from './inbound.ts';
import { loadHome } from './load/home.ts';
import type { Desk, FormAnswer, Moment } from './moment.ts';
import { home } from './views/home.ts';
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

/** Where everything from Slack comes in: kept before it is acknowledged, acknowledged before it is handled, handled once. */
export interface Door {
  command: (body: unknown, deliveryId: string, ack: () => Promise<void>) => Promise<void>;
  action: (body: unknown, deliveryId: string, ack: () => Promise<void>) => Promise<void>;
  submission: (body: unknown, deliveryId: string, ack: (answer?: Ack) => Promise<void>) => Promise<void>;
  suggestion: (
    body: unknown,
    ack: (answer: { options: ReturnType<typeof optionOf>[] }) => Promise<void>,
  ) => Promise<void>;
  homeOpened: (body: unknown) => Promise<void>;
  /** Handles what a crash left behind. */
  replay: () => Promise<void>;
  /** Resolves when nothing is in hand any more. */
  settled: () => Promise<void>;
}

// Slack waits three seconds for the answer to a submission; the rest is for the way there.
const FORM_PATIENCE_MS = 2_000;
const KIND = 'slack:';

export function openDoor(deps: DoorDeps): Door {
  const inHand = new Set<Promise<unknown>>();
  const holding = async <T>(work: Promise<T>): Promise<T> => {
    inHand.add(work);
    try {
      return await work;
    } finally {
      inHand.delete(work);
    }
  };
  return {
    command: (body, deliveryId, ack) => holding(takeIn(deps, readCommand(body, deliveryId), ack)),
    action: (body, deliveryId, ack) => holding(takeIn(deps, readAction(body, deliveryId), ack)),
    submission: (body, deliveryId, ack) => holding(takeForm(deps, readSubmission(body, deliveryId), ack)),
    suggestion: (body, ack) => holding(suggest(deps, readSuggestion(body), ack)),
    homeOpened: (body) => holding(showHome(deps, readHomeOpened(body))),
    replay: () => holding(replay(deps)),
    settled: async () => {
      while (inHand.size > 0) await Promise.allSettled([...inHand]);
    },
  };
}

async function takeIn(
  deps: DoorDeps,
  received: Received<Exclude<Incoming, SubmissionIn>>,
  ack: () => Promise<void>,
): Promise<void> {
  const refusal = unkeepable(received.incoming);
  const taken = refusal === null ? await keep(deps, received) : 'new';
  await acknowledge(deps, ack);
  if (taken === 'seen') return;
  if (refusal !== null) return answerTo(deps, received.incoming, received.live, refusal);
  await handle(deps, received);
}

async function takeForm(
  deps: DoorDeps,
  received: Received<SubmissionIn>,
  ack: (answer?: Ack) => Promise<void>,
): Promise<void> {
  const refusal = unkeepable(received.incoming);
  if (refusal !== null) return acknowledge(deps, () => ack(answerAck(refusedForm(refusal))));
  if ((await keep(deps, received)) === 'seen') return acknowledge(deps, () => ack());
  const answer = handleForm(deps, received);
  const first = await Promise.race([answer, pause(FORM_PATIENCE_MS, null)]);
  if (first !== null) return acknowledge(deps, () => ack(answerAck(first)));
  await acknowledge(deps, () =>
    ack({ response_action: 'update', view: sayInModal('One moment', 'This takes longer than usual…') }),
  );
  const late = await answer;
  await deps.voice.updateModal(received.incoming.view, lateView(late));
}

function lateView(answer: FormAnswer) {
  if (answer.kind === 'show') return answer.view;
  const words =
    answer.kind === 'close'
      ? 'Done. You can close this.'
      : `Not done: ${Object.values(answer.errors).join(' ')} Open the form again.`;
  return sayInModal(answer.kind === 'close' ? 'Done' : 'Not done', words);
}

/** A pasted key must not get into the ledger, so what holds one is refused before it is kept. */
function unkeepable(incoming: Incoming): string | null {
  return holdsSecret(incoming)
    ? 'Your text holds what looks like a live key, so nothing was kept or done. Slack has it now: treat that key as exploited. Say it again without the key.'
    : null;
}

async function keep({ inbox, desk }: DoorDeps, { id, incoming }: Received<Incoming>): Promise<'new' | 'seen'> {
  return inbox.accept({
    id,
    kind: `${KIND}${incoming.kind}`,
    payload: JSON.stringify(incoming),
    receivedAt: desk.now(),
  });
}

/** The connection may be gone by now; what was kept is handled all the same. */
async function acknowledge({ log }: DoorDeps, ack: () => Promise<void>): Promise<void> {
  await ack().catch((error: unknown) => log.warn({ err: error }, 'Slack did not get an acknowledgement'));
}

async function handle(
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
async function handleForm(deps: DoorDeps, { id, incoming, live }: Received<SubmissionIn>): Promise<FormAnswer> {
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
    origin: { actor: `person:${person}`, channel: 'slack', dedupe: { source: 'slack', id } },
    show: (message) => showTo(voice, placeOf(incoming, live), message),
    openModal: async (view) => trigger !== null && voice.openModal(trigger, view),
  };
}

function placeOf(incoming: Incoming, { responseUrl }: Live) {
  const { from } = incoming;
  if (incoming.kind === 'submission') return { from, channel: channelOf(incoming), thread: null, responseUrl };
  return { from, channel: incoming.channel, thread: incoming.kind === 'action' ? incoming.thread : null, responseUrl };
}

/** A form that was opened by a command brings back the channel in which that was typed. */
function channelOf({ metadata }: SubmissionIn): string | null {
  return /^[CDG][A-Z0-9]{2,}$/.test(metadata) ? metadata : null;
}

async function answerTo(deps: DoorDeps, incoming: Incoming, live: Live, sentence: string): Promise<void> {
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

async function suggest(
  { desk, gate, log }: DoorDeps,
  { from, action, typed }: { from: From; action: string; typed: string },
  ack: (answer: { options: ReturnType<typeof optionOf>[] }) => Promise<void>,
): Promise<void> {
  const menu = menus.find((one) => one.menu === action);
  const offered = async () => {
    const person = await gate.admit(from, null);
    const origin = {
      actor: `person:${person}` as const,
      channel: 'slack' as const,
      dedupe: { source: 'slack', id: '' },
    };
    return (await menu?.options(typed, { person, origin }, desk)) ?? [];
  };
  const options = await offered().catch((error: unknown) => {
    if (!(error instanceof Refusal)) log.error({ err: error }, 'a menu could not be filled');
    return [];
  });
  await ack({ options: options.map(optionOf) });
}

async function showHome(
  { desk, gate, voice, log }: DoorDeps,
  { from, tab }: { from: From; tab: string },
): Promise<void> {
  if (tab !== 'home') return;
  try {
    const person = await gate.admit(from, null);
    await voice.publishHome(from.user, home(await loadHome(desk, person)));
  } catch (error) {
    // Somebody who is not let in has no Home; there is nothing to answer to.
    if (!(error instanceof Refusal)) log.error({ err: error }, 'App Home could not be shown');
  }
}

async function replay(deps: DoorDeps): Promise<void> {
  for (const { id, payload } of await deps.inbox.unhandled(KIND)) {
    const incoming = readKept(payload);
    if (incoming === null) {
      deps.log.error({ id }, 'an unhandled payload cannot be read any more');
      await deps.inbox.handled(id, deps.desk.now());
      continue;
    }
    deps.log.info({ id, kind: incoming.kind }, 'handling what was left by a stop');
    if (incoming.kind === 'submission') await replayForm(deps, { id, incoming, live: NOT_LIVE });
    else await handle(deps, { id, incoming, live: NOT_LIVE });
  }
}

function readKept(payload: string): Incoming | null {
  try {
    return Incoming.parse(JSON.parse(payload));
  } catch {
    return null;
  }
}

async function replayForm(deps: DoorDeps, received: Received<SubmissionIn>): Promise<void> {
  const words = answerWords(await handleForm(deps, received));
  if (words === null) return;
  await showTo(deps.voice, placeOf(received.incoming, NOT_LIVE), words).catch((error: unknown) =>
    deps.log.error({ err: error }, 'an answer could not be shown in Slack'),
  );
}
