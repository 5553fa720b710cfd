import { proofWanted } from '../../domain/approval/proof.ts';
import type { Approval } from '../../domain/approval.ts';
import { instantText } from '../../domain/instant.ts';
import type { Brought } from '../../engine/approvals/verbs.ts';
import { givenOrAsked } from '../ask.ts';
import { readSecret } from '../read-secret.ts';
import type { Rekey } from '../with-rekey.ts';

/** What a yes has to come with on the command line. A code is never an option: arguments are visible to every user of the machine. */
export async function broughtFor(
  approval: Approval,
  given: { confirm?: string },
): Promise<Pick<Brought, 'confirm' | 'code'>> {
  const wanted = proofWanted(approval);
  if (wanted === 'totp') {
    const expected = 'the code that your authenticator app shows, or a recovery code, on standard input';
    return { code: await readSecret('The code that your authenticator app shows, or a recovery code', expected) };
  }
  if (wanted === 'click') return {};
  const question = `Type ${approval.subject.confirm} to confirm`;
  return { confirm: await givenOrAsked(given.confirm, { option: '--confirm', question }) };
}

/** What is about to be decided, on the error stream, so that the output stays one answer. */
export async function showQuestion({ deps }: Rekey, approval: Approval, differences: readonly string[]): Promise<void> {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  say(`${approval.question}\n  asked for by ${approval.requestedBy}, until ${instantText(approval.expiresAt)}`);
  const run = await deps.ledger.read.run(approval.run);
  if (run !== null) say(`  because: ${run.reason}`);
  for (const difference of differences) say(`  changed since: ${difference}`);
}
