import { setTimeout as pause } from 'node:timers/promises';
import type { Inbound } from '../ledger/inbox.ts';
import { holdsSecret } from '../scrub.ts';
import { type Ack, answerAck, answerWords, refusedForm, showTo } from './answers.ts';
import type { optionOf } from './blocks.ts';
import type { Order } from './carry-out.ts';
import { followEdit } from './follow-edit.ts';
import { answerTo, type DoorDeps, handle, handleForm } from './handle.ts';
import { readAction, readCommand, readShortcut, readSubmission, readSuggestion } from './inbound.ts';
import { readEdit } from './inbound-edits.ts';
import { readHomeOpened, readMention, readReaction } from './inbound-events.ts';
import { type Incoming, NOT_LIVE, type ReactionIn, type Received, type SubmissionIn } from './incoming.ts';
import type { FormAnswer } from './moment.ts';
import { placeOf } from './moment-of.ts';
import { readKept } from './offered.ts';
import { reactionMeant } from './reactions/meant.ts';
import { showHome, suggest } from './reads.ts';
import { sayInModal } from './views/say.ts';

/** Where everything from Slack comes in: kept before it is acknowledged, acknowledged before it is handled, handled once. */
export interface Door {
  command: (body: unknown, deliveryId: string, ack: () => Promise<void>) => Promise<void>;
  action: (body: unknown, deliveryId: string, ack: () => Promise<void>) => Promise<void>;
  shortcut: (body: unknown, deliveryId: string, ack: () => Promise<void>) => Promise<void>;
  mention: (body: unknown, ack: () => Promise<void>) => Promise<void>;
  reaction: (body: unknown, ack: () => Promise<void>) => Promise<void>;
  /** Acknowledged only when a change of it is on the timeline: Slack sends again what was not. */
  message: (body: unknown, ack: () => Promise<void>) => Promise<void>;
  submission: (body: unknown, deliveryId: string, ack: (answer?: Ack) => Promise<void>) => Promise<void>;
  suggestion: (
    body: unknown,
    ack: (answer: { options: ReturnType<typeof optionOf>[] }) => Promise<void>,
  ) => Promise<void>;
  homeOpened: (body: unknown) => Promise<void>;
  /** Handles what a stop left behind; read it before the first connection, or what is just coming in is handled twice. */
  replay: (left: readonly Inbound[]) => Promise<void>;
  /** Resolves when nothing is in hand any more. What waits for Slack is left to the next start. */
  close: () => Promise<void>;
}

// Slack waits three seconds for the answer to a submission; the rest is for the way there.
const FORM_PATIENCE_MS = 2_000;
/** How the inbox knows what came from Slack. */
export const KIND = 'slack:';

export function openDoor(given: Omit<DoorDeps, 'stopping'>): Door {
  const stopping = new AbortController();
  const deps = { ...given, stopping: stopping.signal };
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
    shortcut: (body, deliveryId, ack) => holding(takeIn(deps, readShortcut(body, deliveryId), ack)),
    mention: (body, ack) => holding(takeEvent(deps, readMention(body), ack)),
    reaction: (body, ack) => holding(meant(deps, readReaction(body)).then((order) => takeEvent(deps, order, ack))),
    message: (body, ack) => holding(takeMessage(deps, body, ack)),
    submission: (body, deliveryId, ack) => holding(takeForm(deps, readSubmission(body, deliveryId), ack)),
    suggestion: (body, ack) => holding(suggest(deps, readSuggestion(body), ack)),
    homeOpened: (body) => holding(showHome(deps, readHomeOpened(body))),
    replay: (left) => holding(replay(deps, left)),
    close: async () => {
      stopping.abort();
      while (inHand.size > 0) await Promise.allSettled([...inHand]);
    },
  };
}

async function takeMessage(deps: DoorDeps, body: unknown, ack: () => Promise<void>): Promise<void> {
  const edit = readEdit(body);
  if (edit !== null) await followEdit(edit, deps);
  await acknowledge(deps, ack);
}

/** Null is nothing that Rekey listens to: it is acknowledged, so that Slack does not send it again, and forgotten. */
async function takeEvent(deps: DoorDeps, received: Received<Order> | null, ack: () => Promise<void>): Promise<void> {
  return received === null ? acknowledge(deps, ack) : takeIn(deps, received, ack);
}

/** Channels are full of emoji; only those that mean something are kept. */
async function meant<Kind extends ReactionIn>(
  { catalogues, desk }: DoorDeps,
  received: Received<Kind> | null,
): Promise<Received<Kind> | null> {
  if (received === null) return null;
  const known = await reactionMeant(received.incoming.reaction, catalogues.reactions, desk);
  return known === undefined ? null : received;
}

async function takeIn(deps: DoorDeps, received: Received<Order>, ack: () => Promise<void>): Promise<void> {
  const refusal = unkeepable(received.incoming);
  const taken = refusal === null ? await keep(deps, received) : 'new';
  await acknowledge(deps, ack);
  if (taken === 'seen') return;
  if (refusal !== null) return answerTo(deps, received, refusal);
  await handle(deps, received, waitingUntil(deps));
}

function waitingUntil({ desk, patience }: DoorDeps): Date {
  return new Date(desk.now().getTime() + patience.admitMs);
}

async function takeForm(
  deps: DoorDeps,
  received: Received<SubmissionIn>,
  ack: (answer?: Ack) => Promise<void>,
): Promise<void> {
  const refusal = unkeepable(received.incoming);
  if (refusal !== null) return acknowledge(deps, () => ack(answerAck(refusedForm(refusal))));
  if ((await keep(deps, received)) === 'seen') return acknowledge(deps, () => ack());
  const answer = handleForm(deps, received, waitingUntil(deps));
  const first = await Promise.race([answer, pause(FORM_PATIENCE_MS, null)]);
  if (first !== null) return acknowledge(deps, () => ack(answerAck(first)));
  await acknowledge(deps, () =>
    ack({ response_action: 'update', view: sayInModal('One moment', 'This takes longer than usual…') }),
  );
  const late = await answer;
  if (late === null) return;
  await deps.voice.updateModal(received.incoming.view, lateView(late));
}

function lateView(answer: FormAnswer) {
  if (answer.kind === 'show') return answer.view;
  if (answer.kind === 'done') return sayInModal('Done', answer.words);
  const words =
    answer.kind === 'close'
      ? 'Done. You can close this.'
      : `Not done: ${Object.values(answer.errors).join(' ')} Open the form again.`;
  return sayInModal(answer.kind === 'close' ? 'Done' : 'Not done', words);
}

/** A pasted key must not get into the ledger, so what holds one is refused before it is kept. */
function unkeepable(incoming: Incoming): string | null {
  return holdsSecret(incoming)
    ? 'Your text holds what looks like a live key, so nothing was kept or done. Slack has it now: treat that key as exploited. Report it by its name: /rotate-key NAME leaked because "it was pasted into Slack"'
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

async function replay(deps: DoorDeps, left: readonly Inbound[]): Promise<void> {
  // One deadline for all of them: a Slack that does not answer for one does not answer for the next.
  const until = waitingUntil(deps);
  for (const { id, payload } of left) {
    if (deps.stopping.aborted) return;
    const incoming = readKept(payload);
    if (incoming === null) {
      deps.log.error({ id }, 'an unhandled payload cannot be read any more');
      await deps.inbox.handled(id, deps.desk.now());
      continue;
    }
    deps.log.info({ id, kind: incoming.kind }, 'handling what was left by a stop');
    if (incoming.kind === 'submission') await replayForm(deps, { id, incoming, live: NOT_LIVE }, until);
    else await handle(deps, { id, incoming, live: NOT_LIVE }, until);
  }
}

async function replayForm(deps: DoorDeps, received: Received<SubmissionIn>, until: Date): Promise<void> {
  const answer = await handleForm(deps, received, until);
  const words = answer === null ? null : answerWords(answer);
  if (words === null) return;
  await showTo(deps.voice, placeOf(received.incoming, NOT_LIVE), words).catch((error: unknown) =>
    deps.log.error({ err: error }, 'an answer could not be shown in Slack'),
  );
}
