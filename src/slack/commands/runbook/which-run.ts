import type { Surface } from '../../../domain/announce.ts';
import { ApprovalId, AskId, IncidentId, RunId } from '../../../domain/ids.ts';
import type { Run } from '../../../domain/run.ts';
import { Refusal } from '../../../errors.ts';
import { didYouMean } from '../../../runbook/suggest.ts';
import { openIncidents } from '../../load/open-incidents.ts';
import type { Desk, Moment } from '../../moment.ts';
import type { Token } from '../tokens.ts';
import { shown } from '../words.ts';

/** The run that a line is about: named by its id, or the one in whose thread or incident's channel it was said. */
export async function runMeant(
  words: readonly Token[],
  moment: Moment,
  desk: Desk,
): Promise<{ run: Run; rest: readonly Token[] }> {
  const [first, ...rest] = words;
  if (first !== undefined && /^run-/i.test(first.text))
    return { run: await runNamed(first.text.toLowerCase(), desk), rest };
  return { run: await runHere(moment, desk), rest: words };
}

const KNOWN = 200;

async function runNamed(name: string, { ledger }: Desk): Promise<Run> {
  const run = await ledger.run(RunId.parse(name));
  if (run !== null) return run;
  const meant = didYouMean(name, await ledger.newestRuns({ open: false, limit: KNOWN }));
  throw new Refusal(
    'unknown_run',
    `There is no run "${shown(name)}"; ${meant === null ? '/runbook status shows those under way.' : `did you mean ${meant}?`}`,
  );
}

/** One that is open comes before one that has ended, and one that people started before those that it started itself. */
async function runHere(moment: Moment, desk: Desk): Promise<Run> {
  const found = await runsHere(moment, desk);
  const open = found.filter(({ finishedAt }) => finishedAt === null);
  const ids = new Set(found.map(({ id }) => id));
  const own = open.filter(({ parent }) => parent === null || !ids.has(parent.run));
  const [only, ...others] = own;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) throw new Refusal('which_run', `Several runs are under way here. Name one: ${listed(own)}.`);
  const [last] = found.sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
  if (last !== undefined) return last;
  throw new Refusal(
    'which_run',
    'Name the run, or say it in its thread. /runbook status shows those under way, with their ids.',
  );
}

function listed(runs: readonly Run[]): string {
  return runs.map(({ id, runbook }) => `${id} (${runbook.id})`).join(', ');
}

async function runsHere({ channel, thread }: Moment, desk: Desk): Promise<Run[]> {
  if (channel === null) return [];
  const runs = new Map<RunId, Run>();
  const subjects =
    thread === null ? await subjectsOfChannel(channel, desk) : await desk.outbox.shownAt({ channel, ts: thread });
  for (const subject of subjects) for (const run of await runsOf(subject, desk)) runs.set(run.id, run);
  return [...runs.values()];
}

type Shown = { surface: Surface; subject: string };

/** A channel that belongs to one incident. The team's channel has many, and says nothing. */
async function subjectsOfChannel(channel: string, { ledger }: Desk): Promise<Shown[]> {
  const here = (await openIncidents(ledger)).filter((incident) => incident.channel === channel);
  return here.length === 1 ? here.map(({ id }) => ({ surface: 'incident', subject: id })) : [];
}

async function runsOf({ surface, subject }: Shown, { ledger }: Desk): Promise<Run[]> {
  const one = async (id: string | undefined) => [id === undefined ? null : await ledger.run(RunId.parse(id))];
  const about = async () => {
    switch (surface) {
      case 'run':
      case 'run_failed':
        return one(subject);
      case 'doubt':
        return one(subject.split('.')[0]);
      case 'approval':
        return one((await ledger.approval(ApprovalId.parse(subject)))?.run);
      case 'ask':
        return one((await ledger.ask(AskId.parse(subject)))?.run);
      case 'incident':
      case 'recovered':
      case 'summary':
        return ledger.runsOfIncident(IncidentId.parse(subject));
      default:
        return [];
    }
  };
  return (await about()).filter((run) => run !== null);
}
