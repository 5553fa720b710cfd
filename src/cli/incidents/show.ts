import type { CliCommand } from '../command.ts';
import { minuteOf } from '../keys/facts.ts';
import { say, sayJson } from '../print.ts';
import { withLedger } from '../with-ledger.ts';
import { type IncidentFacts, incidentFacts, incidentNamed } from './incident-facts.ts';

export const show: CliCommand = (group) => {
  group
    .command('show')
    .argument('<incident>', 'the id of an incident (inc-…)')
    .description('how it stands, who leads it, what people noted, and what it waits for before it can close')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey incidents show inc-7gmw3c')
    .action((id: string, { json }: { json?: boolean }) =>
      withLedger(async ({ read }) => {
        const facts = await incidentFacts(read, await incidentNamed(read, id));
        return json ? sayJson(facts) : say(textOf(facts));
      }),
    );
};

function textOf(facts: IncidentFacts): string {
  const { id, severity, title, state, key, roles, channel, status } = facts;
  const led = Object.entries(roles).map(([role, person]) => `${person} (${role})`);
  return [
    `${id}  ${severity}  ${title}`,
    `  state      ${state}${facts.closed_at === null ? '' : ` since ${minuteOf(new Date(facts.closed_at))}`}`,
    `  key        ${key ?? 'none'}`,
    `  led by     ${led.join(', ') || 'nobody yet'}`,
    `  reported   ${minuteOf(new Date(facts.reported_at))} by ${facts.opened_by}, began ${minuteOf(new Date(facts.started_at))}`,
    ...(channel === null ? [] : [`  channel    ${channel}`]),
    ...facts.runs.map((run) => `  run        ${run.id} ${run.runbook}: ${run.outcome ?? 'under way'}`),
    ...(status === null
      ? []
      : ['', `Status of ${minuteOf(new Date(status.at))} by ${status.by}`, ...saidLines(status)]),
    ...section(
      'Timeline',
      facts.timeline.map((note) => `${minuteOf(new Date(note.happened_at))}  ${note.by}: ${note.words}`),
    ),
    ...section('Open before it can close', facts.open_points),
    ...section(
      'Let go',
      facts.waived.map(({ point, by, reason }) => `${point} (${by}: ${reason})`),
    ),
  ].join('\n');
}

function saidLines(status: NonNullable<IncidentFacts['status']>): string[] {
  const said: [string, string | null][] = [
    ['conditions', status.conditions],
    ['actions', status.actions],
    ['needs', status.needs],
  ];
  return said.flatMap(([name, text]) => (text === null ? [] : [`  ${name.padEnd(11)}${text}`]));
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}
