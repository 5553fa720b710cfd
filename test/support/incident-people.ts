import { setTimeout as pause } from 'node:timers/promises';
import type { Message } from '../../src/workspace/state/message.ts';
import type { View } from '../../src/workspace/state/view.ts';
import type { ActingPerson, FormValues, Outcome, Workspace } from '../../src/workspace/workspace.ts';

export const INCIDENTS = 'C0INCIDENTS';
export const WHO = { alice: 'U0ALICE', bob: 'U0BOB', carol: 'U0CAROL', dave: 'U0DAVE' } as const;

export const yes: (view: View) => FormValues = (view) => ({
  [blockThatBegins(view, 'decision')]: 'approve',
  reason: 'Seen the rejected calls; go.',
});
const done: (view: View) => FormValues = () => ({ answer: 'yes', evidence: 'The worker read the new key file.' });

/** Bob decides and carol confirms, again and again until the message says that it is over: as people do while a bot comes and goes. */
export function playPeople(
  slack: () => Workspace,
  { only }: { only?: 'bob' | 'carol' } = {},
): { stop: () => Promise<void> } {
  let playing = true;
  const play = async (id: string, button: string, form: (view: View) => FormValues) => {
    while (playing) {
      const person = slack().person(id);
      const card = cardWith(person, button);
      // Whatever goes wrong on the way, a person looks at the message again and presses again.
      if (card !== undefined) await pressAndSubmit(person, { card, button, form }).catch(() => {});
      if (card !== undefined && playing) await untilEdited(person, card);
      await pause(30);
    }
  };
  const players = Promise.all([
    ...(only === 'carol' ? [] : [play(WHO.bob, 'review', yes)]),
    ...(only === 'bob' ? [] : [play(WHO.carol, 'answer', done)]),
  ]);
  return {
    stop: async () => {
      playing = false;
      await players;
    },
  };
}

async function untilEdited(person: ActingPerson, card: Message): Promise<void> {
  const isEdited = (message: Message) =>
    message.channel === card.channel && message.ts === card.ts && message.editedAt !== card.editedAt;
  await person.waitForMessage(isEdited, { timeoutMs: 1_500 }).catch(() => {});
}

/** Presses the button, fills the form in and sends it off. */
export async function pressAndSubmit(
  person: ActingPerson,
  { card, button, form }: { card: Message; button: string; form: (view: View) => FormValues },
): Promise<Outcome> {
  const view = await pressed(person, card, button);
  return person.submit(view, form(view));
}

/** Presses the button and returns the modal that opens. */
export async function pressed(person: ActingPerson, card: Message, button: string): Promise<View> {
  for (const left of person.views()) await person.close(left, { all: true });
  const outcome = await person.click(card, button);
  if (!outcome.ok) throw new Error(outcome.shown);
  return person.waitForView(() => true, { timeoutMs: 3_000 });
}

/** The newest message in the incident channel that still has this button. */
export function cardWith(person: ActingPerson, button: string): Message | undefined {
  return person.messages(INCIDENTS).findLast((message) => hasButton(message, button));
}

export function hasButton({ by, blocks }: Message, button: string): boolean {
  return by === 'app' && JSON.stringify(blocks).includes(`"action_id":"${button}"`);
}

export function blockThatBegins(view: View, start: string): string {
  const block = view.blocks.find((one) => one.block_id.startsWith(start));
  if (block === undefined) throw new Error(`No block begins with ${start}: ${view.blocks.map((one) => one.block_id)}`);
  return block.block_id;
}
