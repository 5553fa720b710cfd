import type { Approval } from '../../domain/approval.ts';
import { PersonId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import { broughtFor, showQuestion } from '../approvals/brought.ts';
import { findApproval } from '../approvals/find-approval.ts';
import { personIn } from '../approvals/person-in.ts';
import { confirmed } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { type Rekey, withRekey } from '../with-rekey.ts';
import { carryOn } from './tell-rotation.ts';

interface Wanted {
  deny?: boolean;
  because?: string;
  confirm?: string;
  notBefore?: string;
  delegate?: string;
  yes?: boolean;
  json?: boolean;
}

const EXAMPLES = `
A code of your authenticator app is asked for on the terminal, or read from standard input.

Example:
  rekey keys approve payments-prod --because "seen the plan"
  rekey keys approve payments-prod --confirm payments-prod --not-before 2027-03-11T06:00:00Z
  rekey keys approve apr-4k9x2m7qpd --delegate dave --because "I am on a plane"`;

export const approve: CliCommand = (group) => {
  group
    .command('approve')
    .argument('<key>', 'the key, or the id of its rotation (rot-…), of a run (run-…) or of the approval (apr-…)')
    .description('say yes or no to what waits for you; nobody approves his own request')
    .option('--deny', 'say no')
    .option('--because <reason>', 'why; it stands beside your name')
    .option('--confirm <text>', 'where a rule wants it: the name of the key, typed once more')
    .option('--not-before <instant>', 'approve now and let it run later, at most 7 days ahead')
    .option('--delegate <person>', 'let somebody else decide in your place')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action((name: string, wanted: Wanted) =>
      withRekey(async (rekey) => {
        const { approval, rotation } = await findApproval(rekey.deps.ledger.read, name);
        await decide(rekey, approval, wanted);
        if (rotation !== null && wanted.delegate === undefined) return carryOn(rekey, rotation, wanted);
        const after = await rekey.deps.ledger.read.approval(approval.id);
        if (wanted.json) sayJson({ id: approval.id, run: approval.run, outcome: after?.outcome ?? null });
      }),
    );
};

async function decide(rekey: Rekey, { token }: Approval, wanted: Wanted): Promise<void> {
  const { engine, origin, actor } = rekey;
  const person = personIn(actor);
  const notBefore = instantOf(wanted.notBefore);
  const { approval, reviewHash, differences } = await engine.review(token, person);
  await showQuestion(rekey, approval, differences);
  const reason = wanted.because ?? '';
  if (wanted.delegate !== undefined) {
    await confirmed(`Let ${wanted.delegate} decide in your place?`, wanted);
    await engine.delegate(token, { ...origin(), person, to: PersonId.parse(wanted.delegate), reason });
    return say(`${wanted.delegate} decides in your place.`);
  }
  const vote = wanted.deny ? 'deny' : 'approve';
  const brought = vote === 'approve' ? await broughtFor(approval, wanted) : {};
  await confirmed(vote === 'approve' ? 'Approve it?' : 'Deny it?', wanted);
  const cast = await engine.vote(token, { ...origin(), ...brought, person, vote, reason, reviewHash, notBefore });
  if (cast.kind === 'decided') return say(`It is ${cast.outcome}.`);
  say(
    cast.waitsFor === 'people'
      ? `Counted; ${cast.still} more have to agree.`
      : 'Counted; an approver of the freeze has to agree.',
  );
}

function instantOf(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const at = new Date(text);
  // Without its zone the same text would mean another instant on another machine.
  if (!Number.isNaN(at.getTime()) && /(Z|[+-]\d\d:\d\d)$/.test(text)) return at;
  throw new Refusal(
    'bad_instant',
    `--not-before takes an instant with its zone, such as 2027-03-11T06:00:00Z; you wrote "${text}".`,
  );
}
