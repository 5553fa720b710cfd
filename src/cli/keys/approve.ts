import type { Approval } from '../../domain/approval.ts';
import { type PersonId, personOf } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import { Refusal } from '../../errors.ts';
import { confirmed } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { type Rekey, withRekey } from '../with-rekey.ts';
import { rotationOrRefuse } from './rotation.ts';
import { carryOn } from './tell-rotation.ts';

interface Wanted {
  deny?: boolean;
  because?: string;
  yes?: boolean;
  json?: boolean;
}

export const approve: CliCommand = (group) => {
  group
    .command('approve')
    .argument('<key>', 'the key, or the id of its rotation (rot-…)')
    .description('say yes or no to a rotation that waits for you; nobody approves his own request')
    .option('--deny', 'say no')
    .option('--because <reason>', 'why; it stands beside your name')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey keys approve payments-prod --because "seen the plan"')
    .action((name: string, wanted: Wanted) =>
      withRekey(async (rekey) => {
        const rotation = await rotationOrRefuse(rekey.deps.ledger.read, name);
        const approval = await openApproval(rekey, rotation.run);
        const vote = wanted.deny ? 'deny' : 'approve';
        await decide(rekey, approval, { vote, reason: wanted.because ?? '', yes: wanted.yes ?? false });
        return carryOn(rekey, rotation, wanted);
      }),
    );
};

async function openApproval({ deps }: Rekey, run: Approval['run'] | null): Promise<Approval> {
  const [open] = run === null ? [] : await deps.ledger.read.openApprovalsOfRun(run);
  if (open === undefined) throw new Refusal('unknown_approval', 'Nothing waits for an approval there.');
  return open;
}

async function decide(
  { engine, actor, origin, deps }: Rekey,
  { token, run }: Approval,
  { vote, reason, yes }: { vote: 'approve' | 'deny'; reason: string; yes: boolean },
): Promise<void> {
  const person = personIn(actor);
  const { approval, reviewHash, differences } = await engine.review(token, person);
  process.stderr.write(
    `${approval.question}\n  asked for by ${approval.requestedBy}, until ${instantText(approval.expiresAt)}\n`,
  );
  const asked = await deps.ledger.read.run(run);
  if (asked !== null) process.stderr.write(`  because: ${asked.reason}\n`);
  for (const difference of differences) process.stderr.write(`  changed since: ${difference}\n`);
  await confirmed(vote === 'approve' ? 'Approve it?' : 'Deny it?', { yes });
  const cast = await engine.vote(token, { ...origin(), person, vote, reason, reviewHash });
  say(cast.kind === 'decided' ? `It is ${cast.outcome}.` : `Counted; ${cast.still} more have to agree.`);
}

function personIn(actor: Rekey['actor']): PersonId {
  const person = personOf(actor);
  if (person === null) throw new Refusal('not_allowed', `${actor} is nobody who can approve.`);
  return person;
}
