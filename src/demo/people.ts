import { sentenceOf } from '../errors.ts';
import type { Message } from '../workspace/state/message.ts';
import type { View } from '../workspace/state/view.ts';
import type { ActingPerson, Outcome, Workspace } from '../workspace/workspace.ts';

type Did = (who: string, what: string) => void;

interface Players {
  /** Presses and forms that people sent. */
  actions: () => number;
  troubles: () => string[];
  stop: () => void;
}

/**
 * Bob decides, Carol confirms, and Dave tries what he may not: each at the local Slack, over the same wire as the page, whenever something
 * for them appears.
 */
export function playPeople(workspace: Workspace, did: Did): Players {
  const [bob, carol, dave] = ['U0BOB', 'U0CAROL', 'U0DAVE'].map((id) => workspace.person(id));
  if (bob === undefined || carol === undefined || dave === undefined) throw new Error('The cast is not complete.');
  const troubles: string[] = [];
  let actions = 0;
  let stopped = false;
  const act = async (who: string, what: string, work: Promise<Outcome>) => {
    const outcome = await work;
    actions += 1;
    did(who, outcome.ok ? what : `${what} — and reads: ${outcome.shown}`);
  };
  const play = (person: ActingPerson, button: string, part: (message: Message) => Promise<void>) =>
    reactTo(person, { button, part, stopped: () => stopped }).catch((error) => {
      if (!stopped) troubles.push(sentenceOf(error));
    });

  void play(bob, 'review', async (card) => {
    await act('dave', 'presses Review', dave.click(card, 'review'));
    await act('bob', 'presses Review', bob.click(card, 'review'));
    const plan = await bob.waitForView((view) => view.callbackId === 'review' || decisionBlock(view) !== undefined, {
      timeoutMs: 10_000,
    });
    await act(
      'bob',
      'approves: "Seen the rejected calls; go."',
      bob.submit(plan, { [decisionBlock(plan) ?? 'decision']: 'approve', reason: 'Seen the rejected calls; go.' }),
    );
  });
  void play(carol, 'answer', async (card) => {
    await act('carol', 'presses Answer', carol.click(card, 'answer'));
    const form = await carol.waitForView(() => true, { timeoutMs: 10_000 });
    await act(
      'carol',
      'confirms: "The worker logged that it read the new key file."',
      carol.submit(form, { answer: 'yes', evidence: 'The worker logged that it read the new key file.' }),
    );
  });
  return {
    actions: () => actions,
    troubles: () => troubles,
    stop: () => {
      stopped = true;
    },
  };
}

// Short, so that nothing is left waiting when the story is over.
const WAIT_MS = 1_000;

async function reactTo(
  person: ActingPerson,
  { button, part, stopped }: { button: string; part: (message: Message) => Promise<void>; stopped: () => boolean },
): Promise<void> {
  const handled = new Set<string>();
  while (!stopped()) {
    // One press per question: the same question also stands in a direct message.
    const open = (message: Message) =>
      message.by === 'app' && !handled.has(tokenOf(message, button) ?? '') && tokenOf(message, button) !== undefined;
    const message = await person.waitForMessage(open, { timeoutMs: WAIT_MS }).catch(() => null);
    if (message === null) continue;
    handled.add(tokenOf(message, button) ?? '');
    await part(message);
  }
}

/** What the button with this action carries, when the message has one. */
export function tokenOf(message: Message, actionId: string): string | undefined {
  for (const block of message.blocks) {
    if (!Array.isArray(block.elements)) continue;
    for (const element of block.elements) if (element?.action_id === actionId) return String(element.value);
  }
  return undefined;
}

function decisionBlock(view: View): string | undefined {
  return view.blocks.find((block) => block.block_id.startsWith('decision'))?.block_id;
}
