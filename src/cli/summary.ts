import { InvalidArgumentError } from 'commander';
import { IncidentId } from '../domain/ids.ts';
import { Refusal } from '../errors.ts';
import type { SummaryVersion } from '../ledger/follow-ups.ts';
import { drawSummary, outermost } from '../steps/draw-summary.ts';
import type { CliCommand } from './command.ts';
import { say } from './print.ts';
import { wholeNumberOf } from './spans.ts';
import { withLedger } from './with-ledger.ts';
import { withRekey } from './with-rekey.ts';

interface Wanted {
  format: 'markdown' | 'json';
  kept?: number;
  posted?: boolean;
  post?: boolean;
}

export const summary: CliCommand = (program) => {
  program
    .command('summary')
    .argument('<incident>', 'its id')
    .description('the post-incident summary, drawn from the ledger as it is now; each sentence names its audit lines')
    .option('--format <format>', 'markdown or json', formatOf, 'markdown')
    .option('--kept <version>', 'a version that was kept instead: 1 is the first', wholeNumberOf)
    .option('--posted', 'the version that was posted last instead')
    .option('--post', 'post it in Slack and keep it: for an incident that no run sums up')
    .addHelpText('after', '\nExample:\n  rekey summary inc-4k9x2m --format json | jq .measures')
    .action(async (incident: string, wanted: Wanted) => {
      const id = IncidentId.parse(incident);
      const { markdown, json } = await (wanted.post ? post(id) : found(id, wanted));
      say(wanted.format === 'json' ? json : markdown);
    });
};

type Texts = Pick<SummaryVersion, 'markdown' | 'json'>;

function post(incident: IncidentId): Promise<Texts> {
  return withRekey(({ followUps, origin }) => followUps.postSummary({ ...origin(), incident }));
}

function found(id: IncidentId, { kept, posted }: Wanted): Promise<Texts> {
  return withLedger(async ({ read }): Promise<Texts> => {
    const incident = await read.incident(id);
    if (incident === null)
      throw new Refusal('unknown_incident', 'There is no such incident. Type: rekey incidents list');
    if (kept === undefined && posted !== true) {
      const run = outermost(await read.runsOfIncident(id));
      return drawSummary(incident, run, { ledger: read, now: () => new Date() });
    }
    const versions = await read.summariesOf(id);
    const one = posted
      ? versions.findLast((version) => version.posted)
      : versions.find(({ version }) => version === kept);
    if (one !== undefined) return one;
    const there = versions.map(({ version }) => version).join(', ') || 'none';
    throw new Refusal('unknown_version', `No such version of the summary was kept. There are: ${there}.`);
  });
}

function formatOf(text: string): Wanted['format'] {
  if (text === 'markdown' || text === 'json') return text;
  throw new InvalidArgumentError('Expected markdown or json.');
}
