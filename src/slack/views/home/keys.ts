import type { KnownBlock } from '@slack/types';
import { leftText } from '../../../domain/approval/countdown.ts';
import type { Health } from '../../../domain/key.ts';
import { actions, at, bold, button, type Line, line } from '../../blocks.ts';
import { cut } from '../../text.ts';

export interface MyKeys {
  rows: readonly {
    id: string;
    name: string;
    health: Health;
    expiresAt: Date | null;
    /** How the person comes to see it. */
    as: 'owner' | 'escalation';
    /** A run or rotation has it in hand. */
    inHand: boolean;
  }[];
  /** How many there are besides those of `rows`. */
  more: number;
  /** More than can be counted here. */
  atLeast: boolean;
  mayPlan: boolean;
}

export const PLAN_KEY = 'home_plan_key';
export const KEY_DETAILS = 'home_key_details';

/** The one that ends first comes first. */
export function keysBlocks({ rows, more, atLeast, mayPlan }: MyKeys, now: Date): KnownBlock[] {
  if (rows.length === 0) return [line(bold('Your keys: '), 'none is registered under your name or your groups')];
  const blocks = rows.flatMap((key, index): KnownBlock[] => [
    line(...keyLine(key, now)),
    ...actions(`key-${index}`, [
      ...(mayPlan && !key.inHand && key.health !== 'revoked'
        ? [button({ action: PLAN_KEY, token: key.id, label: key.health === 'expired' ? 'Replace' : 'Plan rotation' })]
        : []),
      button({ action: KEY_DETAILS, token: key.id, label: 'Details' }),
    ]),
  ]);
  const rest = more === 0 ? [] : [line(`… and ${atLeast ? 'at least ' : ''}${more} more: /keys list`)];
  return [line(bold('Your keys, by urgency')), ...blocks, ...rest];
}

function keyLine({ name, health, expiresAt, as, inHand }: MyKeys['rows'][number], now: Date): Line {
  const end: Line =
    expiresAt === null
      ? [', no expiry is registered']
      : health === 'expired'
        ? [' EXPIRED ', at(expiresAt)]
        : [' expires ', at(expiresAt), `, ${leftText(expiresAt, now)}`];
  return [
    bold(cut(name, 200)),
    ...end,
    as === 'escalation' ? ', you are its escalation' : '',
    inHand ? ', being replaced' : '',
  ];
}
