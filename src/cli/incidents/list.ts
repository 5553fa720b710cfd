import type { CliCommand } from '../command.ts';
import { minuteOf } from '../keys/facts.ts';
import { say, sayJson, table } from '../print.ts';
import { withLedger } from '../with-ledger.ts';
import { type IncidentFacts, incidentFacts } from './incident-facts.ts';

const MOST = 100;

export const list: CliCommand = (group) => {
  group
    .command('list')
    .description('the open incidents, and who leads them')
    .option('--all', `the closed ones too: the newest ${MOST}`)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey incidents list --all')
    .action(({ all, json }: { all?: boolean; json?: boolean }) =>
      withLedger(async ({ read }) => {
        const found = await (all === true ? read.incidents(MOST) : read.openIncidents(MOST));
        const facts: IncidentFacts[] = [];
        for (const incident of found) facts.push(await incidentFacts(read, incident));
        if (json) return sayJson(facts);
        if (facts.length === 0)
          return say(all ? 'There has been no incident.' : 'No incident is open. `--all` shows the closed ones.');
        return say(table(HEAD, facts.map(rowOf)));
      }),
    );
};

const HEAD = ['incident', 'severity', 'state', 'commander', 'reported (UTC)', 'key', 'title'];

function rowOf(incident: IncidentFacts): string[] {
  const { id, severity, state, roles, reported_at: reported, key, title } = incident;
  return [id, severity, state, roles.commander ?? '-', minuteOf(new Date(reported)), key ?? '-', title];
}
