import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Measure, measuresOf } from '../domain/metrics.ts';
import { Refusal, sentenceOf } from '../errors.ts';
import { beginDrill } from './begin.ts';
import { type Ended, endedOf, factsOf, latest, liveADay } from './facts.ts';
import { follow } from './follow.ts';
import type { Scenario } from './scenario.ts';
import type { SharedQueue } from './shared-queue.ts';
import { type Drilled, openStage, type Stage } from './stage.ts';
import { wellAgain } from './well-again.ts';

export interface ScenarioResult {
  scenario: Pick<Scenario, 'id' | 'title' | 'fault' | 'breaks'>;
  passed: boolean;
  /** Why not, in sentences; empty when it passed. */
  problems: string[];
  measures: Measure[];
  /** From the failure to the proofs that the new key works and the old one is dead; null where nothing was to recover. */
  recoverMs: number | null;
  tookMs: number;
  /** How far the clock was set forward besides. */
  travelledMs: number;
}

interface Playing {
  folder: string;
  queue: SharedQueue;
  stop: AbortSignal;
  say: (line: string) => void;
}

/** Plays one scenario in a folder of its own, from the first call to a day after its end, and scores it. */
export async function playScenario(drilled: Drilled, scenario: Scenario, playing: Playing): Promise<ScenarioResult> {
  const began = performance.now();
  const stops: (() => void | Promise<void>)[] = [];
  const folder = join(playing.folder, `${drilled.runbook.id}-${scenario.id}`);
  await mkdir(folder, { mode: 0o700 });
  let stage: Stage | null = null;
  const say = (who: string, what: string) =>
    playing.say(`  ${stage === null ? '+00:00:00' : elapsed(stage)}  ${who.padEnd(8)} ${shortened(what)}`);
  const shown = { id: scenario.id, title: scenario.title, fault: scenario.fault, breaks: scenario.breaks };
  try {
    stage = await openStage(drilled, scenario, { folder, queue: playing.queue, say, onStop: (one) => stops.push(one) });
    const scored = await score(stage, playing.stop);
    const travelledMs = stage.now().getTime() - stage.start.getTime();
    return { scenario: shown, ...scored, travelledMs, tookMs: performance.now() - began };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const nothing = { measures: [], recoverMs: null, travelledMs: 0 };
    return {
      scenario: shown,
      passed: false,
      problems: [sentenceOf(error)],
      ...nothing,
      tookMs: performance.now() - began,
    };
  } finally {
    for (const one of stops.reverse()) await one();
  }
}

async function score(
  stage: Stage,
  stop: AbortSignal,
): Promise<Pick<ScenarioResult, 'passed' | 'problems' | 'measures' | 'recoverMs'>> {
  const { traffic, fault, scenario } = stage;
  if (stage.oldMaterial !== '') traffic.watch('old', stage.oldMaterial);
  await traffic.beat();
  await fault.strike?.(stage);
  const followed = await follow(stage, await beginDrill(stage, stop), stop);
  await liveADay(stage);
  const ended = await endedOf(stage, followed);
  const measures = measuresOf(await factsOf(stage, ended));
  const problems = [
    ...stage.complaints,
    ...(await wellAgain(stage, ended)),
    ...(await fault.expect(stage, ended)),
    ...measures.flatMap(({ id, name, shown, target, verdict }) =>
      verdict === 'missed' && !scenario.breaks.includes(id)
        ? [`${id}, ${name}: ${shown}, and ${target} is wanted`]
        : [],
    ),
  ];
  return { passed: problems.length === 0, problems, measures, recoverMs: await recoverMs(stage, ended) };
}

async function recoverMs({ deps }: Stage, { runs, old, replacement }: Ended): Promise<number | null> {
  const [first] = runs;
  if (first?.incident == null || replacement === null || old.provedDeadAt === null) return null;
  const incident = await deps.ledger.read.incident(first.incident);
  const end = latest([replacement.provedLiveAt, old.provedDeadAt]);
  return incident === null || end === null ? null : end.getTime() - incident.startedAt.getTime();
}

const LONGEST = 140;

function shortened(text: string): string {
  const [first = ''] = text.split('\n');
  return first.length <= LONGEST ? first : `${first.slice(0, LONGEST - 1)}…`;
}

function elapsed({ now, start }: Stage): string {
  const seconds = Math.floor((now().getTime() - start.getTime()) / 1_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `+${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
