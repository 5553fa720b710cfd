import type { Surface } from '../domain/announce.ts';
import type { Desk, Moment } from './moment.ts';

/** Where the message stands that shows this, for an answer that points there; null while it has not been posted. */
export async function linkTo(
  of: { surface: Surface; subject: string },
  moment: Pick<Moment, 'permalink'>,
  { outbox }: Pick<Desk, 'outbox'>,
): Promise<string | null> {
  const found = await outbox.find(of.surface, of.subject);
  if (found === null || found.ts === null) return null;
  return moment.permalink({ channel: found.channel, ts: found.ts });
}
