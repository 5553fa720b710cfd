import type { Review, ReviewItem } from '../../domain/review.ts';
import { reviewTitle } from '../../domain/review.ts';
import { reviewOrRefuse } from '../../engine/follow-ups/tick-review.ts';
import type { CliCommand } from '../command.ts';
import { minuteOf } from '../keys/facts.ts';
import { say, sayJson } from '../print.ts';
import { withLedger } from '../with-ledger.ts';

export const show: CliCommand = (group) => {
  group
    .command('show')
    .argument('<review>', 'its id')
    .description('one review as it was found, with who looked at what and when: evidence for an auditor')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey reviews show rev-weekly-2027-03-08')
    .action((id: string, { json }: { json?: boolean }) =>
      withLedger(async ({ read }) => {
        const review = await reviewOrRefuse(read, id);
        if (json) sayJson(review);
        else say(describe(review));
      }),
    );
};

function describe(review: Review): string {
  const { id, fromAt, toAt, items, leftOver, finishedAt } = review;
  const state = finishedAt === null ? 'not finished' : `finished ${minuteOf(finishedAt)}`;
  return [
    `${reviewTitle(review)} ${id}, ${minuteOf(fromAt)} to ${minuteOf(toAt)}: ${state}`,
    ...(leftOver === null ? [] : [`  left over from ${leftOver.review}: ${leftOver.open.join('; ')}`]),
    '',
    ...items.map((item) => pointText(item, review)),
  ].join('\n');
}

function pointText({ id, point, found }: ReviewItem, { ticks }: Review): string {
  const tick = ticks.find(({ item }) => item === id);
  const mark = tick === undefined && found?.verdict !== 'fine' ? '[ ]' : '[x]';
  const said = found === null ? '' : `: ${found.sentence}`;
  const who =
    tick === undefined ? '' : `\n      ${tick.by}, ${minuteOf(tick.at)}${tick.note === '' ? '' : `: ${tick.note}`}`;
  return `  ${mark} ${id}  ${point}${said}${who}`;
}
