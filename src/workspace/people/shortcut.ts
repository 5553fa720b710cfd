import { globalShortcutPayload, messageShortcutPayload } from '../delivery/payloads.ts';
import type { Message } from '../state/message.ts';
import type { Outcome } from '../workspace.ts';
import { type Client, done, trouble } from './client.ts';

/** Picks a shortcut from the lightning menu, or from the menu of one message. */
export async function useShortcut(client: Client, callbackId: string, on?: Message): Promise<Outcome> {
  const { world, dispatcher, person } = client;
  const type = on ? 'message' : 'global';
  const known = world.app.shortcuts.filter((each) => each.type === type);
  if (!known.some((each) => each.callbackId === callbackId)) {
    const names = known.map((each) => each.callbackId).join(', ');
    throw new Error(`The manifest declares no ${type} shortcut ${callbackId}; it declares: ${names || 'none'}.`);
  }
  const payload = on
    ? messageShortcutPayload(callbackId, on, person, world)
    : globalShortcutPayload(callbackId, person, world);
  const ack = await dispatcher.deliver({ type: 'interactive', payload, acceptsReply: true });
  return ack.kind === 'acked' ? done : trouble(ack);
}
