import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import type { KeyClasses } from '../domain/key-classes.ts';
import type { Policy } from '../domain/policy.ts';
import type { StepKind } from '../steps/contract.ts';
import { CONNECTIONS_FILE, readConnections } from './connections-file.ts';
import { type Accepted, type Finding, ruled } from './finding.ts';
import { lintAlertsAwaited, lintAlertsRaised } from './lint-alerts.ts';
import { acceptAllowed } from './lint-allow.ts';
import { lintApprovals } from './lint-approvals.ts';
import { lintDeadlines } from './lint-deadlines.ts';
import { lintEach } from './lint-each.ts';
import { lintFinals } from './lint-finals.ts';
import { lintGrace, lintGraceOfClasses } from './lint-grace.ts';
import { lintHead } from './lint-head.ts';
import { lintNames } from './lint-names.ts';
import { lintContacts, lintTemplates } from './lint-notices.ts';
import { lintPins } from './lint-pins.ts';
import { lintSteps } from './lint-steps.ts';
import { loadRunbooks } from './load.ts';
import type { LoadedRunbook } from './loaded.ts';
import { type CheckedFile, checkKeyClasses, checkPolicy, KEY_CLASSES_FILE, POLICY_FILE } from './policy-file.ts';
import { inOrder } from './problem.ts';
import { readRunbookFile, shownAs, yamlFilesIn } from './read-file.ts';

export interface LintReport {
  /** In reading order. */
  findings: Finding[];
  /** What a comment in the file accepts, with its reason. */
  accepted: Accepted[];
}

/**
 * Everything that loading refuses, and what a reviewer would say besides: a runbook that loads can still be one that must not run.
 * Covers policy.yaml and key-classes.yaml too.
 */
export async function lintFolder(dir: string, catalogue: readonly StepKind[], now: Date): Promise<LintReport> {
  const all = inOrder(await findingsIn(dir, catalogue, now));
  const report: LintReport = { findings: [], accepted: [] };
  for (const name of await yamlFilesIn(dir)) {
    const read = await readRunbookFile(dir, name);
    const own = all.filter(({ file }) => file === shownAs(dir, name));
    const settled = acceptAllowed(shownAs(dir, name), read.kind === 'text' ? read.text : '', own);
    report.findings.push(...settled.findings);
    report.accepted.push(...settled.accepted);
  }
  const files = new Set((await yamlFilesIn(dir)).map((name) => shownAs(dir, name)));
  report.findings.push(...all.filter(({ file }) => !files.has(file)));
  return { ...report, findings: inOrder(report.findings) };
}

/** Only what must not go live. */
export async function lintRunbooks(dir: string, catalogue: readonly StepKind[], now: Date): Promise<Finding[]> {
  const { findings } = await lintFolder(dir, catalogue, now);
  return findings.filter(({ level }) => level === 'error');
}

async function findingsIn(dir: string, catalogue: readonly StepKind[], now: Date): Promise<Finding[]> {
  const { runbooks, problems } = await loadRunbooks(dir, catalogue);
  const policy = await checkIn<Policy>(dir, POLICY_FILE, checkPolicy);
  const classes = await checkIn<KeyClasses>(dir, KEY_CLASSES_FILE, checkKeyClasses);
  const all = [...runbooks.values()];
  const files = new Set(await readdir(dir));
  const connections = await readConnections(dir);
  const known = policy.kind === 'ok' ? policy.value : null;
  const classesFile = shownAs(dir, KEY_CLASSES_FILE);
  return [
    ...ruled('refused', problems),
    ...(await lintTemplates(dir, { shown: basename(dir), policy: known, now })),
    ...(connections?.kind === 'ok' && known !== null
      ? lintContacts(connections.value, { file: shownAs(dir, CONNECTIONS_FILE), node: connections.node, policy: known })
      : []),
    ...all.flatMap((runbook) => lintOne(runbook, { runbooks, now, files })),
    ...(policy.kind === 'refused'
      ? ruled('refused', policy.problems)
      : // While a file is refused, nobody knows on which alerts it would start: "remove it" would be wrong advice.
        lintAgainst(policy, { all, isWhole: problems.length === 0, file: shownAs(dir, POLICY_FILE) })),
    ...(classes.kind === 'refused'
      ? ruled('refused', classes.problems)
      : lintGraceOfClasses(classes.value, { file: classesFile, node: classes.node })),
  ];
}

function lintOne(
  runbook: LoadedRunbook,
  of: { runbooks: ReadonlyMap<string, LoadedRunbook>; now: Date; files: ReadonlySet<string> },
): Finding[] {
  const rehearsed = of.files.has(`${runbook.id}.rehearsal.yaml`);
  return [
    ...lintSteps(runbook),
    ...lintFinals(runbook),
    ...lintGrace(runbook),
    ...lintEach(runbook, of.runbooks),
    ...ruled('deadline-too-short', lintDeadlines(runbook)),
    ...ruled('outdated-pin', lintPins(runbook, of.runbooks)),
    ...lintHead(runbook, { now: of.now, rehearsed }),
  ];
}

function lintAgainst(
  { value: policy, node }: Extract<CheckedFile<Policy>, { kind: 'ok' }>,
  { all, isWhole, file }: { all: readonly LoadedRunbook[]; isWhole: boolean; file: string },
): Finding[] {
  const written = { file, node, policy };
  return [
    ...lintApprovals(all, written),
    ...all.flatMap((runbook) => [...lintAlertsAwaited(runbook, policy), ...lintNames(runbook, policy)]),
    ...(isWhole ? lintAlertsRaised(all, written) : []),
  ];
}

async function checkIn<Value>(
  dir: string,
  name: string,
  check: (text: string, file: string) => CheckedFile<Value>,
): Promise<CheckedFile<Value>> {
  const read = await readRunbookFile(dir, name);
  return read.kind === 'text' ? check(read.text, shownAs(dir, name)) : { kind: 'refused', problems: [read.problem] };
}
