import { Refusal } from '../errors.ts';
import { menus } from './actions/index.ts';
import { optionOf } from './blocks.ts';
import type { DoorDeps } from './handle.ts';
import type { From } from './incoming.ts';

/** Fills a menu. It only reads, so nothing is kept. */
export async function suggest(
  { desk, gate, log }: DoorDeps,
  { from, action, typed }: { from: From; action: string; typed: string },
  ack: (answer: { options: ReturnType<typeof optionOf>[] }) => Promise<void>,
): Promise<void> {
  const menu = menus.find((one) => one.menu === action);
  const offered = async () => {
    const person = await gate.admit(from, null, 'remembered');
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

export async function showHome({ homes }: DoorDeps, { from, tab }: { from: From; tab: string }): Promise<void> {
  if (tab === 'home') await homes.opened(from);
}
