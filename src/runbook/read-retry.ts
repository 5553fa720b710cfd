import type { PlannedStep, Retry } from '../domain/plan.ts';
import type { StepKind } from '../steps/contract.ts';
import type { Draft } from './drafts.ts';
import { childOf, describeNode, joinPath, type Node } from './node.ts';
import { quote, type Report } from './problem.ts';
import type { StepFields } from './schema.ts';

const DEFAULT_ATTEMPTS = 5;
const DEFAULT_BACKOFF_MS = 3_000;
const DEFAULT_MAX_BACKOFF_MS = 5 * 60_000;

/** What a step says of trying again, over what its kind says, over what holds for all. */
export function readRetry(
  { retry }: StepFields,
  repeat: PlannedStep['repeat'],
  { kind, draft, report }: { kind: StepKind; draft: Draft; report: Report },
): Retry {
  const usual = usualRetry(kind, repeat);
  const attempts = retry?.attempts ?? usual.attempts;
  const entry = draft.node.entries.get('retry');
  const path = joinPath(draft.path, 'retry');
  if (repeat === 'ask' && attempts > 1 && entry !== undefined)
    report.add(entry.keyAt, path, {
      expected: `one attempt: ${quote(kind.uses)} cannot be repeated safely`,
      got: `${attempts} attempts`,
      fix: 'write `on_failure: ask`, so that a person decides',
    });
  const backoffMs = retry?.backoff ?? usual.backoffMs;
  if (retry?.max_backoff !== undefined && retry.max_backoff < backoffMs)
    refuseShorter(
      (entry === undefined ? null : childOf(entry.node, 'max_backoff')) ?? draft.node,
      joinPath(path, 'max_backoff'),
      report,
    );
  return {
    attempts,
    backoffMs,
    maxBackoffMs: retry?.max_backoff ?? Math.max(backoffMs, DEFAULT_MAX_BACKOFF_MS),
    jitter: retry?.jitter ?? true,
    on: retry?.on ?? null,
  };
}

/** What a step gets whose runbook says nothing. */
export function usualRetry(
  { retry }: Pick<StepKind, 'retry'>,
  repeat: PlannedStep['repeat'],
): { attempts: number; backoffMs: number } {
  const backoffMs = retry?.backoffMs ?? DEFAULT_BACKOFF_MS;
  // Nobody can say whether such a step happened when it fails: a person decides, not a counter.
  return { attempts: repeat === 'ask' ? 1 : (retry?.attempts ?? DEFAULT_ATTEMPTS), backoffMs };
}

function refuseShorter(node: Node, path: string, report: Report): void {
  report.add(node.at, path, {
    expected: 'a `max_backoff` that is not shorter than `backoff`',
    got: describeNode(node),
    fix: 'write a longer `max_backoff`, or leave it out',
  });
}
