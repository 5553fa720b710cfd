import type { Key } from './key.ts';
import { nameOf } from './key.ts';
import { expiringSentence, isAdministrator, isLive, lastAdminsExpiring, lockOutGraph } from './lock-out.ts';

/**
 * Where losing keys would leave nobody who could rotate or revoke. `administrators`: the usable ones; that is enough, because only they can
 * repair one another.
 */
export function lockOutWarnings(administrators: readonly Key[], now: Date): string[] {
  const admins = administrators.filter(isAdministrator);
  const providers = [...new Set(admins.map(({ administers }) => administers))].sort();
  const expiring = lastAdminsExpiring(admins, now);
  const alone = providers.flatMap((provider) => {
    const [only, ...more] = admins.filter((key) => key.administers === provider && isLive(key, now));
    if (only === undefined) return [`No key that administers ${provider} can be counted on. Register and prove one.`];
    if (more.length > 0 || expiring.some((key) => key.id === only.id)) return [];
    return [`${provider} hangs on one key: ${nameOf(only)}. Register and prove a second admin key.`];
  });
  const rings = lockOutGraph(admins, now)
    .rings.filter((ring) => ring.length > 1)
    .map(
      (ring) => `${ring.join(', ')} can only be repaired by one another: losing all of them at once locks Rekey out.`,
    );
  return [...expiring.map(expiringSentence), ...alone, ...rings];
}
