import type { Sources } from '../deps.ts';
import type { SlackReaction } from './contract.ts';

/** What this emoji means in this team: policy.yaml may name another one than the usual. Without a readable policy the usual one counts. */
export async function reactionMeant(
  emoji: string,
  reactions: readonly SlackReaction[],
  { policy }: Pick<Sources, 'policy'>,
): Promise<SlackReaction | undefined> {
  const loaded = reactions.some(({ configured }) => configured !== undefined) ? await policy().catch(() => null) : null;
  return reactions.find(({ reaction, configured }) =>
    loaded === null || configured === undefined ? reaction === emoji : configured(loaded.policy) === emoji,
  );
}
