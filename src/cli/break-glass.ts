import type { Command } from 'commander';
import type { GlassBreak } from '../domain/approval/break-glass.ts';
import { instantText } from '../domain/instant.ts';
import { Refusal } from '../errors.ts';
import { broughtFor, showQuestion } from './approvals/brought.ts';
import { findApproval } from './approvals/find-approval.ts';
import { personIn } from './approvals/person-in.ts';
import { confirmed, givenOrAsked } from './ask.ts';
import type { CliCommand } from './command.ts';
import { say, sayJson } from './print.ts';
import { withRekey } from './with-rekey.ts';

const MOST_SHOWN = 100;

export const breakGlass: CliCommand = (program) => {
  const group = program.command('break-glass').description('decide alone what cannot wait, and review who did');
  addUse(group);
  addList(group);
  addReview(group);
};

function addUse(group: Command): void {
  group
    .command('use')
    .argument('<key>', 'the key, or the id of its rotation (rot-…), of a run (run-…) or of the approval (apr-…)')
    .description('approve it alone and now; everybody whom you do not wait for is told, and somebody else reviews it')
    .option('--because <reason>', 'why nobody could be waited for')
    .option('--confirm <text>', 'where the rule wants it: the name of the key, typed once more')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  rekey break-glass use payments-prod --because "nobody answers, it is being used"',
    )
    .action((name: string, wanted: { because?: string; confirm?: string; yes?: boolean; json?: boolean }) =>
      withRekey(async (rekey) => {
        const { engine, origin, deps, actor } = rekey;
        const person = personIn(actor);
        const { approval: found } = await findApproval(deps.ledger.read, name);
        const { approval, reviewHash, differences } = await engine.review(found.token, person);
        await showQuestion(rekey, approval, differences);
        const question = 'Why can nobody be waited for?';
        const reason = await givenOrAsked(wanted.because, { option: '--because', question });
        const brought = await broughtFor(approval, wanted);
        await confirmed('Decide it alone?', wanted);
        const use = await engine.breakGlass(found.token, { ...origin(), ...brought, person, reason, reviewHash });
        if (wanted.json) sayJson(use);
        else
          say(
            `It is approved, by you alone. ${use.reviewers.join(' or ')} reviews it until ${instantText(use.dueAt)}.`,
          );
      }),
    );
}

function addList(group: Command): void {
  group
    .command('list')
    .description('who decided alone, and what is still to be reviewed; exit 1 while a review is overdue')
    .option('--open', 'only what is still to be reviewed')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey break-glass list --open')
    .action(({ open, json }: { open?: boolean; json?: boolean }) =>
      withRekey(async ({ deps: { ledger, now } }) => {
        const debts = await ledger.read.unreviewedGlassBreaks();
        const shown = open ? debts : await ledger.read.glassBreaks(MOST_SHOWN);
        if (json) sayJson({ uses: shown });
        else if (shown.length === 0) say(open ? 'Nothing waits for a review.' : 'Nobody has ever decided alone.');
        else for (const use of shown) say(lineOf(use, now()));
        if (debts.some(({ dueAt }) => dueAt <= now())) process.exitCode = 1;
      }),
    );
}

function lineOf(use: GlassBreak, now: Date): string {
  const { approval, by, at, question, reason, review, dueAt, reviewers } = use;
  const state =
    review === null
      ? `${dueAt <= now ? 'OVERDUE since' : 'to be reviewed until'} ${instantText(dueAt)} by ${reviewers.join(' or ')}`
      : `${review.verdict === 'justified' ? 'justified' : 'NOT justified'}, says ${review.by}: ${review.comment}`;
  return `${approval}  ${instantText(at)}  ${by}: ${question}\n  because: ${reason}\n  ${state}`;
}

const VERDICTS = { justified: 'justified', 'not-justified': 'not_justified' } as const;

function addReview(group: Command): void {
  group
    .command('review')
    .argument('<approval>', 'the id that `rekey break-glass list` shows (apr-…)')
    .description('say whether it was right not to wait; never about yourself')
    .requiredOption('--verdict <verdict>', 'justified or not-justified')
    .requiredOption('--comment <text>', 'what you found')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  rekey break-glass review apr-4k9x2m7qpd --verdict justified --comment "nobody was on call"',
    )
    .action((id: string, wanted: { verdict: string; comment: string; json?: boolean }) =>
      withRekey(async ({ engine, origin, actor }) => {
        const verdict = verdictIn(wanted.verdict);
        const press = { ...origin(), person: personIn(actor), verdict, comment: wanted.comment };
        const use = await engine.reviewBreakGlass(id, press);
        if (wanted.json) sayJson(use);
        else say(`Recorded: what ${use.by} did was ${verdict === 'justified' ? 'justified' : 'NOT justified'}.`);
      }),
    );
}

function verdictIn(text: string): (typeof VERDICTS)[keyof typeof VERDICTS] {
  if (text === 'justified' || text === 'not-justified') return VERDICTS[text];
  throw new Refusal('bad_verdict', `--verdict takes justified or not-justified; you wrote "${text}".`);
}
