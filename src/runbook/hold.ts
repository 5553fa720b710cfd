import { type GrantedPlaces, widenedBy } from '../domain/runbook-version.ts';
import type { StepKind } from '../steps/contract.ts';
import { refuseBadCalls } from './calls.ts';
import { compileRunbook } from './compile.ts';
import type { LoadedRunbook } from './loaded.ts';

/** What the ledger says was live last, also of what is gone, and which wider texts somebody has agreed to since. */
export interface Agreed {
  live: ReadonlyMap<string, { text: string; hash: string; grants: GrantedPlaces }>;
  /** `<runbook>@<hash>` of the texts whose wider grants were approved. */
  approved: ReadonlySet<string>;
}

/** A text on disk that is right and still does not run: it may touch more than the one before, and nobody has agreed to that yet. */
export interface Held {
  runbook: LoadedRunbook;
  /** `sinks: webhook` */
  widened: string[];
  /** The text that runs meanwhile; null when there is none. */
  instead: string | null;
}

export interface HeldBack {
  runbooks: ReadonlyMap<string, LoadedRunbook>;
  held: readonly Held[];
}

/**
 * Leaves the last agreed text live where the one on disk may touch more. Whoever can write a file must not be able to widen what a run may
 * do. A ledger that has never seen a runbook takes what it finds; narrowing needs nobody.
 */
export function holdBack(
  loaded: ReadonlyMap<string, LoadedRunbook>,
  agreed: Agreed,
  catalogue: readonly StepKind[],
): HeldBack {
  if (agreed.live.size === 0) return { runbooks: loaded, held: [] };
  const held = [...loaded.values()].flatMap((runbook) => heldBy(runbook, agreed));
  if (held.length === 0) return { runbooks: loaded, held };
  const runbooks = new Map(loaded);
  for (const { runbook } of held) {
    const before = agreedText(runbook, agreed, catalogue);
    if (before === null) runbooks.delete(runbook.id);
    else runbooks.set(runbook.id, before);
  }
  return { runbooks: withoutBrokenCalls(runbooks), held };
}

function heldBy(runbook: LoadedRunbook, { live, approved }: Agreed): Held[] {
  const before = live.get(runbook.id);
  const widened = widenedBy(before?.grants ?? {}, runbook.grants);
  if (widened.length === 0 || approved.has(`${runbook.id}@${runbook.hash}`)) return [];
  return [{ runbook, widened, instead: before?.hash ?? null }];
}

function agreedText(runbook: LoadedRunbook, { live }: Agreed, catalogue: readonly StepKind[]): LoadedRunbook | null {
  const before = live.get(runbook.id);
  const compiled = before === undefined ? null : compileRunbook(before.text, runbook.file, catalogue);
  return compiled?.kind === 'loaded' ? compiled.runbook : null;
}

// A neighbour of today may call an older text with inputs that it does not have.
function withoutBrokenCalls(runbooks: Map<string, LoadedRunbook>): Map<string, LoadedRunbook> {
  const broken = new Set(refuseBadCalls(runbooks, new Set(runbooks.keys())).map((problem) => problem.file));
  return new Map([...runbooks].filter(([, runbook]) => !broken.has(runbook.file)));
}
