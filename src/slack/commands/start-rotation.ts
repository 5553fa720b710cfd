import type { Situation } from '../../domain/run.ts';
import type { Started } from '../../engine/engine.ts';
import type { Message } from '../limits.ts';
import { actorText, displayNames } from '../load/names.ts';
import type { Desk, Moment } from '../moment.ts';
import { utcText } from '../text.ts';
import { say } from '../views/say.ts';

/** From the command and from the form: the same verb, and an answer that says where it goes on. */
export async function startRotation(
  wanted: { slug: string; situation: Situation | null; reason: string },
  moment: Moment,
  desk: Desk,
): Promise<void> {
  const reason = wanted.reason.trim() || `reported in Slack as ${wanted.situation ?? 'expired'}, no reason given`;
  const started = await desk.engine.rotate({
    ...moment.origin,
    slug: wanted.slug,
    situation: wanted.situation,
    reason,
  });
  await moment.show(await answerTo(started, wanted.slug, desk));
}

async function answerTo(started: Started, slug: string, desk: Desk): Promise<Message> {
  switch (started.kind) {
    case 'started':
      return say(
        `Started for ${slug}: ${started.run}, incident ${started.incident}. Progress and decisions are in the incident channel.`,
      );
    case 'joined': {
      const by = actorText(started.startedBy, await displayNames(desk));
      return say(
        `${slug} is already being replaced, so no second run was started: ${started.run}, begun by ${by} at ${utcText(started.startedAt)}. Type /rotate-key status ${started.run} to see how far it is.`,
      );
    }
    case 'repeated':
      return say(
        started.run === null
          ? 'This request was handled before; nothing new happened.'
          : `This request was handled before: ${started.run}.`,
      );
    default:
      return started satisfies never;
  }
}
