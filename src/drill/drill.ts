import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openQueue } from '../engine/queue.ts';
import { Refusal } from '../errors.ts';
import { findRehearsals } from '../rehearsal/find.ts';
import type { Rehearsal, RehearsalCase } from '../rehearsal/schema.ts';
import type { LoadedRunbook } from '../runbook/loaded.ts';
import { loadPolicy } from '../runbook/policy-file.ts';
import { describeProblem } from '../runbook/problem.ts';
import { openRunbookSet } from '../runbook/runbook-set.ts';
import { listed, suggestion } from '../runbook/suggest.ts';
import type { StepKind } from '../steps/contract.ts';
import { playScenario, type ScenarioResult } from './play-scenario.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { shareQueue } from './shared-queue.ts';
import type { Drilled } from './stage.ts';
import { uses } from './well-again.ts';

export interface DrillOptions {
  runbooksDir: string;
  catalogue: readonly StepKind[];
  runbook: string;
  /** Ids of scenarios, or `all`. */
  wanted: readonly string[];
  /** Leaves the scratch folder behind. */
  keep: boolean;
  stop: AbortSignal;
  say: (line: string) => void;
}

export interface DrillReport {
  runbook: string;
  hash: string;
  results: ScenarioResult[];
  /** What was wanted and cannot be played with this runbook. */
  left: { scenario: string; why: string }[];
  passed: boolean;
  /** With no fault where that was played, else the longest. */
  recoverMs: number | null;
  /** The scratch folder, when it was kept. */
  kept: string | null;
}

/** Plays scenarios of one runbook, one after the other, each in a world of its own on this machine. */
export async function drill(options: DrillOptions): Promise<DrillReport> {
  const { runbooksDir, catalogue, stop, say, keep } = options;
  const wanted = scenariosNamed(options.wanted);
  const { policy } = await loadPolicy(runbooksDir);
  const { runbook, rehearsal } = await rehearsedRunbook(runbooksDir, options.runbook, catalogue);
  const folder = await mkdtemp(join(tmpdir(), 'rekey-drill-'));
  const quiet = { info: () => {}, warn: () => {} };
  try {
    const queue = await shareQueue(await openQueue({ dataDir: folder, log: quiet, onError: () => {} }));
    const results: ScenarioResult[] = [];
    const left: DrillReport['left'] = [];
    try {
      for (const scenario of wanted) {
        const fits = fitting({ runbook, rehearsal }, scenario);
        if ('why' in fits) {
          left.push({ scenario: scenario.id, why: fits.why });
          continue;
        }
        say(`${runbook.id}, ${scenario.id}: ${scenario.title}`);
        const drilled: Drilled = { runbooksDir, policy, runbook, rehearsal, one: fits.one };
        results.push(await playScenario(drilled, scenario, { folder, queue, stop, say }));
      }
    } finally {
      await queue.close();
    }
    const passed = results.length > 0 && results.every((result) => result.passed);
    const recoverMs = recoverOf(results);
    return { runbook: runbook.id, hash: runbook.hash, results, left, passed, recoverMs, kept: keep ? folder : null };
  } finally {
    if (!keep) await rm(folder, { recursive: true, force: true });
  }
}

export function scenarioIds(): string[] {
  return scenarios.map(({ id }) => id);
}

function scenariosNamed(wanted: readonly string[]): readonly Scenario[] {
  const ids = scenarioIds();
  const unknown = wanted.find((id) => id !== 'all' && !ids.includes(id));
  if (unknown !== undefined)
    throw new Refusal('unknown_scenario', `There is no scenario ${unknown}: ${suggestion(unknown, [...ids, 'all'])}.`);
  return wanted.includes('all') ? scenarios : scenarios.filter(({ id }) => wanted.includes(id));
}

async function rehearsedRunbook(
  dir: string,
  id: string,
  catalogue: readonly StepKind[],
): Promise<{ runbook: LoadedRunbook; rehearsal: Rehearsal }> {
  const set = await openRunbookSet(dir, catalogue);
  if (!set.all().has(id))
    throw new Refusal('unknown_runbook', `There is no runbook ${id} here; there are ${listed([...set.all().keys()])}.`);
  const { found, problems } = await findRehearsals(dir, set.all(), [id]);
  const [first] = found;
  if (first !== undefined) return { runbook: first.runbook, rehearsal: first.read.rehearsal };
  const why =
    problems.map(describeProblem).join('\n') || `Write ${id}.rehearsal.yaml: a drill takes its people from there.`;
  throw new Refusal('not_rehearsed', why);
}

/** The first case of its rehearsal that ends well by itself and has what the scenario breaks. */
function fitting(
  { runbook, rehearsal }: { runbook: LoadedRunbook; rehearsal: Rehearsal },
  { needs, keyAlive, atOnce }: Scenario,
): { one: RehearsalCase } | { why: string } {
  const missing = needs.find((kind) => !uses(runbook, kind));
  if (missing !== undefined) return { why: `${runbook.id} has no step with ${missing}` };
  const fits = (each: RehearsalCase) =>
    isWhole(each) && (!keyAlive || isAlive(each, rehearsal)) && !(atOnce && hasGrace(each, runbook));
  const one = rehearsal.cases.find(fits);
  if (one !== undefined) return { one };
  return {
    why: `its rehearsal has no case that succeeds with ${keyAlive ? 'a key that is alive' : 'a key'} at its caller's place${atOnce ? ' and no grace' : ''}`,
  };
}

function isWhole({ crash, outside, expect }: RehearsalCase): boolean {
  return crash.length === 0 && Object.keys(outside).length === 0 && expect?.outcome === 'succeeded';
}

function isAlive({ ledger }: RehearsalCase, rehearsal: Rehearsal): boolean {
  const [key] = (ledger ?? rehearsal.ledger)?.keys ?? [];
  return key !== undefined && key.delivery !== undefined && (key.expires === 'never' || key.expires > 0);
}

function hasGrace({ expect }: RehearsalCase, { steps }: LoadedRunbook): boolean {
  return steps.some(({ id, kind }) => kind.uses === 'key.retire' && expect?.path?.[id] === 'done');
}

function recoverOf(results: readonly ScenarioResult[]): number | null {
  const calm = results.find(({ scenario }) => scenario.id === 'calm');
  if (calm !== undefined) return calm.recoverMs;
  const all = results.flatMap(({ recoverMs }) => (recoverMs === null ? [] : [recoverMs]));
  return all.length === 0 ? null : Math.max(...all);
}
