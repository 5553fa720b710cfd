import type { OnProgress, Peers } from '../../engine/peers/peers.ts';
import { confirmed, givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { withRekey } from '../with-rekey.ts';

interface Step {
  name: string;
  description: string;
  because: string;
  example: string;
  question: ((peer: string, key: string) => string) | null;
  work: (peers: Peers, request: OnProgress) => Promise<void>;
  said: string;
}

/** One entry on the board, by hand: which peer, which key, and what shows it. */
function onBoard({ name, description, because, example, question, work, said }: Step): CliCommand {
  return (group) => {
    const command = group
      .command(name)
      .argument('<peer>', 'its name')
      .argument('<key>', 'the key, by name, id, public id or fingerprint; a name means its newest version')
      .description(description)
      .option('--because <reason>', because)
      .addHelpText('after', `\nExample:\n  ${example}`);
    if (question !== null) command.option('--yes', 'do not ask');
    command.action((peer: string, key: string, wanted: { because?: string; yes?: boolean }) =>
      withRekey(async ({ peers, origin }) => {
        const reason = await givenOrAsked(wanted.because, { option: '--because', question: 'What shows it?' });
        if (question !== null) await confirmed(question(peer, key), wanted);
        await work(peers, { ...origin(), peer, key, reason });
        say(`${peer} ${said}`);
      }),
    );
  };
}

export const acknowledge = onBoard({
  name: 'acknowledge',
  description: 'note that a peer has read the notice of a new key',
  because: 'who said so, and where',
  example: 'rekey peers acknowledge node-b node-identity --because "mail of Erin, 12:04"',
  question: null,
  work: (peers, request) => peers.reach({ ...request, state: 'acknowledged' }),
  said: 'has acknowledged it.',
});

export const pin = onBoard({
  name: 'pin',
  description: 'note that a peer trusts the new key',
  because: 'what shows it: their log line, their manifest',
  example: 'rekey peers pin node-b node-identity --because "their manifest shows 7f3a2b000000"',
  question: null,
  work: (peers, request) => peers.reach({ ...request, state: 'pinned' }),
  said: 'trusts the new key.',
});

export const pulled = onBoard({
  name: 'pulled',
  description: 'note that a peer was seen to work with the new key',
  because: 'the dashboard or log line that shows it',
  example: 'rekey peers pulled node-b node-identity --because "pull at 12:30 in the federation audit"',
  question: null,
  work: (peers, request) => peers.reach({ ...request, state: 'pulled' }),
  said: 'works with the new key.',
});

export const waive = onBoard({
  name: 'waive',
  description: 'let a key go ahead without a peer; your name stands in the audit',
  because: 'why nobody waits for it',
  example: 'rekey peers waive node-d node-identity --because "is shut down until June" --yes',
  question: (peer, key) => `${peer} may not be able to use the new ${key}. Go on without it?`,
  work: (peers, request) => peers.waive(request),
  said: 'is not waited for any more.',
});
