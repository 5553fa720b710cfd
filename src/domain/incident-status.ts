import type { Approval } from './approval.ts';
import type { Ask, Incident } from './incident.ts';
import { type Key, nameOf } from './key.ts';
import type { Run, StepRecord, Waiting } from './run.ts';

export interface StatusDraft {
  conditions: string;
  actions: string;
  needs: string;
}

/** What a status is drafted from. */
export interface StatusFacts {
  incident: Pick<Incident, 'title' | 'containedAt' | 'recoveredAt' | 'closedAt' | 'openPoints'>;
  /** The key that failed, and what callers use now. */
  failed: Key | null;
  current: Key | null;
  runs: readonly Pick<Run, 'id' | 'runbook' | 'steps' | 'outcome' | 'paused'>[];
  /** The open ones. */
  asks: readonly Pick<Ask, 'question' | 'assignee' | 'dueAt'>[];
  approvals: readonly Pick<Approval, 'question' | 'asked'>[];
  callers: number;
}

/**
 * Conditions, actions and needs as far as the ledger knows them, in words that a person reads through and posts. Pure, so that what a status
 * says is what is on record and nothing else.
 */
export function draftStatus(facts: StatusFacts): StatusDraft {
  return {
    conditions: sentences(conditionsOf(facts)),
    actions: sentences(facts.runs.flatMap(actionsOf), 'Nothing runs at the moment.'),
    needs: sentences(needsOf(facts), 'Nothing at the moment.'),
  };
}

function conditionsOf({ incident, failed, current, callers }: StatusFacts): string[] {
  const state =
    incident.recoveredAt !== null
      ? 'Production works again.'
      : incident.containedAt !== null
        ? 'It is contained, and production is not proved to work yet.'
        : 'It is not contained yet.';
  if (failed === null) return [`${incident.title}.`, state];
  const replaced = current !== null && current.id !== failed.id && current.state === 'active';
  const key = `${nameOf(failed)} is ${failed.state}${replaced ? `; ${nameOf(current)} takes its place` : ''}.`;
  const used = callers === 0 ? [] : [`${callers} ${callers === 1 ? 'caller' : 'callers'} used it in the last days.`];
  return [state, key, ...used];
}

function actionsOf(run: StatusFacts['runs'][number]): string[] {
  const name = run.runbook.id;
  if (run.outcome !== null) return [`${name} ${run.outcome}.`];
  if (run.paused !== null) return [`${name} is paused: ${run.paused.reason}.`];
  const doing = Object.values(run.steps)
    .sort((a, b) => a.ordinal - b.ordinal)
    .flatMap(doingOf);
  return [`${name} runs${doing.length === 0 ? '' : `: ${doing.slice(0, 4).join(', ')}`}.`];
}

function doingOf(record: StepRecord): string[] {
  if (record.state === 'started') return [`${record.step} is under way`];
  if (record.state === 'in_doubt') return [`${record.step} is in doubt`];
  return record.state === 'waiting' ? [`${record.step} waits for ${WAITS_FOR[record.waiting.kind]}`] : [];
}

/** What a step waits for, in half a sentence. */
export const WAITS_FOR: Record<Waiting['kind'], string> = {
  approval: 'an approval',
  ask: 'an answer',
  run: 'another run',
  each: 'the runs that it started',
  claim: 'the claim of the new secret',
  peers: 'peers',
  time: 'its time',
  look: 'its condition',
  retry: 'its next attempt',
};

function needsOf({ incident, approvals, asks, runs }: StatusFacts): string[] {
  const doubts = runs.flatMap((run) =>
    Object.values(run.steps).flatMap((step) =>
      step.state === 'in_doubt' ? [`Somebody who knows: ${step.question}`] : [],
    ),
  );
  const open = runs.every((run) => run.outcome !== null) && incident.closedAt === null ? incident.openPoints : [];
  return [
    ...approvals.map(({ question, asked }) => `A decision of ${asked.join(' or ') || 'somebody who may'}: ${question}`),
    ...asks.map(({ question, assignee }) => `An answer of ${assignee}: ${question}`),
    ...doubts,
    ...open,
  ];
}

const LONGEST = 900;

function sentences(all: readonly string[], otherwise = ''): string {
  const text = all.map((one) => one.replace(/([^.!?])$/, '$1.').replace(/\.\.$/, '.')).join(' ');
  return (text || otherwise).slice(0, LONGEST);
}
