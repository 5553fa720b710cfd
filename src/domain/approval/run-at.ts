import { Refusal } from '../../errors.ts';
import type { Approval, Press } from '../approval.ts';
import { instantText } from '../instant.ts';

const LONGEST_WAIT_MS = 7 * 24 * 3_600_000;

type Voted = Pick<Approval, 'votes'>;

/**
 * When what is approved would run, as it stands: now, or at the latest "not before". Whoever reviews it, votes on it, hands over a voice in
 * it or is reminded of it is looked up for this one instant, because a freeze that is on then has a say.
 */
export function runAt(approval: Voted, now: Date): Date {
  return latest([now, notBeforeOf(approval)]);
}

/** The same if this press were the last one. Refusal `not_before_out_of_range`. */
export function runAtWith(approval: Voted, press: Pick<Press, 'notBefore' | 'vote'>, now: Date): Date {
  const wanted = press.vote === 'approve' ? (press.notBefore ?? null) : null;
  if (wanted !== null && (wanted <= now || wanted.getTime() - now.getTime() > LONGEST_WAIT_MS))
    throw new Refusal(
      'not_before_out_of_range',
      `"Not before" must be later than now and at most 7 days ahead; you said ${instantText(wanted)}.`,
    );
  return latest([runAt(approval, now), wanted]);
}

/** The latest "not before" of those who agreed; null: at once. */
export function notBeforeOf({ votes }: Voted): Date | null {
  const said = votes.flatMap(({ vote, notBefore }) => (vote === 'approve' && notBefore !== null ? [notBefore] : []));
  return said.length === 0 ? null : latest(said);
}

function latest(instants: readonly (Date | null)[]): Date {
  return new Date(Math.max(...instants.map((instant) => instant?.getTime() ?? 0)));
}
