import { actions, at, bold, button, context, header, type Line, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

export const ROTATE_KEY = 'rotate_key';
export const HISTORY_OF_KEY = 'history_of_key';
export const OWNER_OF_KEY = 'owner_of_key';

export interface KeyCard {
  id: string;
  name: string;
  health: string;
  state: string;
  keyClass: string;
  provider: string;
  service: string;
  environment: string;
  owner: string | null;
  fingerprint: string;
  expiresAt: Date | null;
  revokedAt: Date | null;
  provedDeadAt: Date | null;
  /** The open run that has this key in its hands, with what it waits for. */
  run: string | null;
}

/** Metadata only: Rekey never shows key material. */
export function keyCard(key: KeyCard): Message {
  const rows: Line[] = [
    [bold('Health '), `${key.health} (state ${key.state})`],
    [
      bold('What '),
      `${key.keyClass} of ${cut(key.service, 320)} in ${cut(key.environment, 100)}, issued by ${cut(key.provider, 100)}`,
    ],
    [bold('Owner '), cut(key.owner ?? 'nobody is registered: add one', 200)],
    [bold('Expires '), ...(key.expiresAt === null ? ['no expiry is registered'] : [at(key.expiresAt)])],
    ...(key.revokedAt === null ? [] : [[bold('Revoked '), at(key.revokedAt)]]),
    ...(key.provedDeadAt === null ? [] : [[bold('Proved to be rejected '), at(key.provedDeadAt)]]),
    [bold('Open run '), cut(key.run ?? 'none', 400)],
  ];
  return {
    text: `${escapeMrkdwn(cut(key.name, 320))}: ${key.health}`,
    blocks: [
      header(cut(key.name, 150)),
      lines(rows),
      context(`Fingerprint ${key.fingerprint}`),
      ...actions('key', buttonsOf(key)),
    ],
  };
}

/** Who may is looked up at the press; what has ended is not replaced. */
function buttonsOf({ id, state }: KeyCard) {
  const rotate = button({ action: ROTATE_KEY, token: id, label: 'Rotate…', style: 'primary' });
  return [
    ...(state === 'revoked' ? [] : [rotate]),
    button({ action: HISTORY_OF_KEY, token: id, label: 'History' }),
    ...(state === 'revoked' ? [] : [button({ action: OWNER_OF_KEY, token: id, label: 'Owner…' })]),
  ];
}
