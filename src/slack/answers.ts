import type { ModalView } from '@slack/types';
import { Refusal } from '../errors.ts';
import type { Log } from './deps.ts';
import type { From } from './incoming.ts';
import type { Message } from './limits.ts';
import type { FormAnswer } from './moment.ts';
import { say, sayInModal } from './views/say.ts';
import type { Voice } from './voice.ts';
import { failureOf } from './web.ts';

/** The one place where an error becomes words: a Refusal as it is, everything else as an id by which operators find it in the log. */
export function sentenceFor(error: unknown, { log, newErrorId }: { log: Log; newErrorId: () => string }): string {
  if (error instanceof Refusal) return error.message;
  const id = newErrorId();
  log.error({ err: error, id }, 'a request from Slack failed');
  return `Something went wrong (id ${id}). Nothing more will happen by itself; try again, and give the id to whoever runs Rekey.`;
}

/** What was asked for was carried out; that its answer did not reach the person must not look as if it had not been. */
export function sentenceForUnshown(
  errors: readonly unknown[],
  { log, newErrorId }: { log: Log; newErrorId: () => string },
): string {
  const id = newErrorId();
  log.error(
    { err: new AggregateError(errors), id },
    'what was asked for in Slack was done, and its answer could not be shown',
  );
  return `Done, but the answer could not be shown here (id ${id}). Do not do it again: look at how things stand, and give the id to whoever runs Rekey.`;
}

/**
 * Shows a message to one person, by the first way that works: the answer to their command, a whisper where they pressed, a direct message.
 * A slash command works in channels where Rekey is not a member, so there the response URL comes first.
 */
export async function showTo(
  voice: Voice,
  to: { from: From; channel: string | null; thread: string | null; responseUrl: string | null },
  message: Message,
): Promise<void> {
  const { from, channel, thread, responseUrl } = to;
  const ways = [
    ...(responseUrl !== null && thread === null ? [() => voice.respond(responseUrl, message)] : []),
    ...(channel !== null ? [() => voice.whisper({ channel, thread }, from.user, message)] : []),
    () => voice.tell(from.user, message),
  ];
  const failures: unknown[] = [];
  for (const way of ways) {
    try {
      return await way();
    } catch (error) {
      failures.push(error);
      // Slack is throttling or away: the next way would meet the same.
      if (failureOf(error).kind === 'rate_limited') break;
    }
  }
  throw new AggregateError(failures, 'no way to show an answer in Slack worked');
}

export function answerAck(answer: FormAnswer): Ack {
  switch (answer.kind) {
    case 'close':
      return { response_action: 'clear' };
    case 'errors':
      return { response_action: 'errors', errors: answer.errors };
    case 'show':
      return { response_action: 'update', view: answer.view };
    case 'done':
      return { response_action: 'update', view: sayInModal('Done', answer.words) };
    default:
      return answer satisfies never;
  }
}

export type Ack =
  | { response_action: 'clear' }
  | { response_action: 'errors'; errors: Record<string, string> }
  | { response_action: 'update'; view: ModalView };

/** The same for somebody whose modal is gone. */
export function answerWords(answer: FormAnswer): Message | null {
  if (answer.kind === 'close') return null;
  if (answer.kind === 'done') return say(answer.words);
  const why = answer.kind === 'errors' ? Object.values(answer.errors).join(' ') : answer.say;
  return say(`Your form was not taken: ${why} Open it again.`);
}

export function refusedForm(sentence: string): FormAnswer {
  return { kind: 'show', view: sayInModal('Not done', sentence), say: sentence };
}
