import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { KeyClass } from '../domain/key.ts';
import type { ClassRule } from '../domain/key-class.ts';
import { KeyClasses } from '../domain/key-classes.ts';
import { goesInCircles, type RuleReference } from '../domain/policy/rule-for.ts';
import { danglingNames, danglingRules, Policy } from '../domain/policy.ts';
import { ConfigTrouble } from '../errors.ts';
import { checkNode } from './check-node.ts';
import { childOf, describeNode, joinPath, type Node } from './node.ts';
import { parseYaml } from './parse.ts';
import { describeProblem, type Position, type Report, type RunbookProblem, startReport } from './problem.ts';
import { readRunbookFile, shownAs } from './read-file.ts';
import { suggestion } from './suggest.ts';

export const POLICY_FILE = 'policy.yaml';
export const KEY_CLASSES_FILE = 'key-classes.yaml';

export type CheckedFile<Value> =
  | { kind: 'ok'; value: Value; hash: string; node: Node }
  | { kind: 'refused'; problems: RunbookProblem[] };

/** Throws ConfigTrouble `policy_missing` or `policy_broken`: without a policy that can be read, nothing is allowed. */
export async function loadPolicy(dir: string): Promise<{ policy: Policy; hash: string }> {
  const read = await readRunbookFile(dir, POLICY_FILE);
  const checked = read.kind === 'text' ? checkPolicy(read.text, shownAs(dir, POLICY_FILE)) : refusedBy(read.problem);
  if (checked.kind === 'ok') return { policy: checked.value, hash: checked.hash };
  const isMissing = read.kind === 'text' ? read.text.trim() === '' : read.problem.got === 'no such file';
  throw configTrouble(isMissing ? 'policy_missing' : 'policy_broken', checked.problems);
}

function refusedBy(problem: RunbookProblem): { kind: 'refused'; problems: RunbookProblem[] } {
  return { kind: 'refused', problems: [problem] };
}

/** Throws ConfigTrouble `key_classes_missing` or `key_classes_broken`. */
export async function loadKeyClasses(dir: string): Promise<{ keyClasses: KeyClasses; hash: string }> {
  const read = await readRunbookFile(dir, KEY_CLASSES_FILE);
  const checked =
    read.kind === 'text' ? checkKeyClasses(read.text, shownAs(dir, KEY_CLASSES_FILE)) : refusedBy(read.problem);
  if (checked.kind === 'ok') return { keyClasses: checked.value, hash: checked.hash };
  const isMissing = read.kind === 'refused' && read.problem.got === 'no such file';
  throw configTrouble(isMissing ? 'key_classes_missing' : 'key_classes_broken', checked.problems);
}

/** The rule of one class, as key-classes.yaml stands now. */
export async function loadClassRule(dir: string, keyClass: KeyClass): Promise<ClassRule> {
  const { keyClasses } = await loadKeyClasses(dir);
  const rule = keyClasses.classes[keyClass];
  return {
    maxAgeDays: rule.max_age_days,
    warnDays: rule.warning_days,
    graceHours: rule.grace_hours,
    approvals: rule.approvals,
    required: rule.required,
    automatic: rule.automatic,
    revocable: rule.revocable,
    leadHours: rule.lead_hours,
    windows: rule.windows,
  };
}

export function configTrouble(code: string, problems: readonly RunbookProblem[]): ConfigTrouble {
  const shown = problems.slice(0, 3).map(describeProblem).join('. ');
  const more = problems.length > 3 ? ` And ${problems.length - 3} more: \`rekey runbooks lint\`.` : '';
  return new ConfigTrouble(code, `Nothing is allowed until this is right: ${shown}.${more}`);
}

/** policy.yaml, with names that point at nothing reported where they stand. */
export const checkPolicy = oncePerText((text, file) =>
  checkFile(Policy, { text, file }, (policy, node, report) => {
    for (const name of danglingNames(policy))
      for (const spot of spotsOf(node, name)) refuseDangling(policy, spot, report);
    for (const reference of danglingRules(policy)) refuseMissingRule(policy, { reference, node }, report);
    for (const name of Object.keys(policy.rules)) if (goesInCircles(policy, name)) refuseCircle(name, node, report);
    refuseSharedAccounts(policy, node, report);
  }),
);

export const checkKeyClasses = oncePerText((text, file) => checkFile(KeyClasses, { text, file }, () => {}));

/** The files are asked for with every request and at every look at the clock, and change once in a while: the same text is parsed once. */
export function oncePerText<Checked>(
  check: (text: string, file: string) => Checked,
): (text: string, file: string) => Checked {
  const last = new Map<string, { text: string; checked: Checked }>();
  return (text, file) => {
    const known = last.get(file);
    if (known?.text === text) return known.checked;
    const checked = check(text, file);
    last.set(file, { text, checked });
    return checked;
  };
}

export function checkFile<Schema extends z.ZodType>(
  schema: Schema,
  { text, file }: { text: string; file: string },
  further: (value: z.output<Schema>, node: Node, report: Report) => void,
): CheckedFile<z.output<Schema>> {
  const report = startReport(file);
  const node = parseYaml(text, report);
  if (node !== null && node.kind !== 'map')
    report.add(node.at, '', { expected: 'a mapping', got: describeNode(node), fix: 'write `version: 1` first' });
  const value = node?.kind === 'map' ? checkNode(schema, { node, path: '', report }) : null;
  if (value !== null && node !== null) further(value, node, report);
  if (value === null || node === null || report.count() > 0) return { kind: 'refused', problems: report.problems() };
  return { kind: 'ok', value, hash: createHash('sha256').update(text).digest('hex'), node };
}

interface NamedSpot {
  name: string;
  at: Position;
  path: string;
}

const PEOPLE_STAND_UNDER: readonly string[] = ['may', 'rules', 'groups', 'freezes', 'break_glass', 'reviews'];

/** Every place where the text is a name of people. */
function spotsOf(root: Node, name: string): NamedSpot[] {
  const parts = root.kind === 'map' ? [...root.entries] : [];
  return parts
    .filter(([key]) => PEOPLE_STAND_UNDER.includes(key))
    .flatMap(([key, { node }]) => spotsIn(node, name, key));
}

function spotsIn(node: Node, name: string, path: string): NamedSpot[] {
  if (node.kind === 'scalar') return node.value === name ? [{ name, at: node.at, path }] : [];
  if (node.kind === 'list') return node.nodes.flatMap((one, index) => spotsIn(one, name, joinPath(path, index)));
  return [...node.entries].flatMap(([key, entry]) => spotsIn(entry.node, name, joinPath(path, key)));
}

function refuseDangling(policy: Policy, { name, at, path }: NamedSpot, report: Report): void {
  const groups = Object.keys(policy.groups).map((group) => `group:${group}`);
  const people = Object.keys(policy.people);
  const known = path.startsWith('groups') ? people : [...people, ...groups, 'owner', 'escalation'];
  const expected = 'a name that stands under `people` or, as `group:<name>`, under `groups`';
  report.add(at, path, { expected, got: `\`${name}\``, fix: suggestion(name, known) });
}

function refuseMissingRule(
  policy: Policy,
  { reference, node }: { reference: RuleReference; node: Node },
  report: Report,
): void {
  const { path, name } = reference;
  const expected = 'a rule that stands under `rules`';
  report.add(nodeAt(node, path).at, path.join('.'), {
    expected,
    got: `\`${name}\``,
    fix: suggestion(name, Object.keys(policy.rules)),
  });
}

// Whoever asks under it would be sent from rule to rule without ever arriving.
function refuseCircle(name: string, node: Node, report: Report): void {
  const path = ['rules', name];
  report.add(nodeAt(node, path).at, path.join('.'), {
    expected: 'a rule that leads to another one and not back to itself',
    got: `\`${name}\`, which comes back to itself`,
    fix: 'change `emergency_rule` or `cap.above`',
  });
}

function nodeAt(root: Node, path: readonly string[]): Node {
  return path.reduce<Node>((found, key) => childOf(found, key) ?? found, root);
}

const ACCOUNTS = [
  { field: 'slack', expected: 'a Slack account that belongs to one person' },
  { field: 'unix', expected: 'an account of this machine that belongs to one person' },
] as const;

// One account that stands for two people would be two voices: whoever asks could also approve.
function refuseSharedAccounts(policy: Policy, node: Node, report: Report): void {
  for (const { field, expected } of ACCOUNTS) {
    const seen = new Map<string, string>();
    for (const [name, { [field]: account }] of Object.entries(policy.people)) {
      if (account === undefined) continue;
      const other = seen.get(account);
      seen.set(account, name);
      if (other === undefined) continue;
      const { at } = nodeAt(node, ['people', name, field]);
      const got = `\`${account}\`, which is ${other}`;
      report.add(at, `people.${name}.${field}`, { expected, got, fix: 'remove one of the two' });
    }
  }
}
