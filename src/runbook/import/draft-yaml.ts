import type { KeyClass } from '../../domain/key.ts';
import { PHASES, type Phase } from '../../domain/run.ts';
import { languageName } from '../../steps/fields.ts';
import type { Instruction, MarkdownRunbook } from './read-markdown.ts';

export interface DraftOptions {
  id: string;
  owner: string;
  /** A day: the draft is to be read again by then. */
  reviewBy: string;
}

const CLASSES: readonly (readonly [RegExp, KeyClass])[] = [
  [/\bapi[ -]?keys?\b/i, 'api_key'],
  [/\bissuer[ -]keys?\b|\bissuers?\b/i, 'issuer_key'],
  [/\bfederation\b/i, 'federation_key'],
  [/\bpassphrases?\b/i, 'passphrase'],
  [/\bcertificates?\b/i, 'certificate'],
  [/\bdatabases?\b/i, 'database'],
];
const FOUR: readonly KeyClass[] = ['api_key', 'issuer_key', 'federation_key', 'passphrase'];
const LONGEST_QUESTION = 600;
const LONGEST_TITLE = 120;

/**
 * A runbook in YAML with one manual step per instruction: each asks the key's owner, and goes on with a yes. It loads as it is, so that the
 * team can replace one step after the other by one that acts or proves.
 */
export function draftYaml(read: MarkdownRunbook, options: DraftOptions): string {
  const names = uniqueNames();
  return [
    '# yaml-language-server: $schema=./runbook.schema.json',
    '#',
    '# A draft, made from a document: every step asks a person. Replace those that Rekey can do or prove by itself; docs/runbooks.md says how.',
    ...read.preface.flatMap((line) => commented(line)),
    `runbook: ${options.id}`,
    `title: ${quoted(read.title ?? firstSentence(read.preface[0]) ?? options.id, LONGEST_TITLE)}`,
    `owner: ${options.owner}`,
    `review_by: ${options.reviewBy}`,
    `applies_to: [${classesOf(read).join(', ')}]`,
    ...startOn(read.preface),
    '',
    'inputs:',
    '  key:',
    '    type: key',
    '    description: The key that this is about.',
    '',
    ...PHASES.flatMap((phase) => [...phaseOf(phase, read.phases.get(phase) ?? [], names), '']),
    'finally:',
    '  - id: summary',
    '    uses: summary.post',
    '',
  ].join('\n');
}

function firstSentence(text: string | undefined): string | undefined {
  return text?.split(/(?<=[.!?])\s/)[0];
}

// Alerts are named as their senders name them: words joined by underscores.
function startOn(preface: readonly string[]): string[] {
  const sentences = preface.join(' ').split(/(?<=[.!?])\s+/);
  const about = sentences.filter((sentence) => /\balerts?\b/i.test(sentence)).join(' ');
  const alerts = [...new Set(about.match(/\b[a-z][a-z0-9]*(_[a-z0-9]+)+\b/g) ?? [])];
  return alerts.length === 0 ? [] : ['start_on:', ...alerts.map((alert) => `  - alert: ${alert}`)];
}

function classesOf({ phases }: MarkdownRunbook): KeyClass[] {
  const named = [...phases.values()].flat().flatMap(({ under }) => (under === null ? [] : classesIn(under)));
  return [...new Set([...(named.length === 0 ? FOUR : []), ...named])];
}

function classesIn(text: string): KeyClass[] {
  return CLASSES.flatMap(([words, keyClass]) => (words.test(text) ? [keyClass] : []));
}

function phaseOf(phase: Phase, instructions: readonly Instruction[], nameFor: (text: string) => string): string[] {
  const steps = instructions.flatMap((one, index) => [
    ...openingOf(one, instructions[index - 1]),
    ...(isProhibition(one) ? noted(one.text) : stepOf(one, nameFor)),
  ]);
  if (instructions.some((one) => !isProhibition(one))) return [`${phase}:`, ...steps];
  const why = 'The document names nothing to do here; add steps, or write why none is needed.';
  return [...steps.map((line) => line.trimStart()), `${phase}:`, `  waived: ${why}`];
}

/** What must not be done is a rule for people and no step; it stands as a comment where it belongs. */
function isProhibition({ text }: Instruction): boolean {
  return /^(do not|don't|never)\b/i.test(text);
}

// Said once above the first of a list.
function openingOf({ under }: Instruction, before: Instruction | undefined): string[] {
  return under === null || under === before?.under ? [] : noted(under);
}

function stepOf({ under, text, notes }: Instruction, nameFor: (text: string) => string): string[] {
  const condition = (under === null ? [] : classesIn(under)).map((one) => `inputs.key.class == "${one}"`).join(' || ');
  return [
    ...(notes.length === 0 ? [] : noted(['The document gives this for it:', ...notes].join('\n'))),
    `  - id: ${nameFor(text)}`,
    ...(condition === '' ? [] : [`    when: ${condition}`]),
    '    uses: ask',
    '    with:',
    `      question: ${quoted(asQuestion(text), LONGEST_QUESTION)}`,
    `      assignee: "\${inputs.key.owner ?? 'group:oncall'}"`,
    '      evidence: text',
    '      no: waits',
    '    due: 30m',
  ];
}

function noted(text: string): string[] {
  return text.split('\n').flatMap((line) => commented(line).map((one) => `  ${one}`));
}

function asQuestion(text: string): string {
  return text.endsWith('?') ? text : `${text.replace(/[.:;]$/, '')}: is this done? Write what shows it.`;
}

/** In double quotes, as JSON writes it; `${` would be read as a reference. */
function quoted(text: string, longest: number): string {
  const shown = text.replaceAll('${', '$ {');
  return JSON.stringify(shown.length > longest ? `${shown.slice(0, longest - 1)}…` : shown);
}

function commented(text: string): string[] {
  return [`# ${text}`.trimEnd()];
}

const LONGEST_NAME = 32;

function uniqueNames(): (text: string) => string {
  const used = new Set(['summary']);
  return (text) => {
    const words = text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^[^a-z]+/, '')
      .split('_')
      .slice(0, 4);
    const base = words.join('_').slice(0, LONGEST_NAME).replace(/_+$/, '') || 'step';
    const named = languageName.safeParse(base).success ? base : `${base}_step`;
    let name = named;
    for (let n = 2; used.has(name); n++) name = `${named}_${n}`;
    used.add(name);
    return name;
  };
}
