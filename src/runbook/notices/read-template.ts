import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  MANDATORY,
  missingFacts,
  type NoticeTemplate,
  PLACEHOLDERS,
  strangePlaceholders,
} from '../../domain/notice-template.ts';
import { checkNode } from '../check-node.ts';
import { describeNode, type MapNode } from '../node.ts';
import { parseYaml } from '../parse.ts';
import { type Position, quote, type Report, type RunbookProblem, startReport } from '../problem.ts';
import { suggestion } from '../suggest.ts';

const Head = z.strictObject({
  subject: z.string().min(1).max(150),
  reviewed_by: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected a person of policy.yaml')
    .optional(),
  reviewed_at: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/, 'expected a day such as 2026-05-20')
    .refine((day) => !Number.isNaN(Date.parse(day)), 'expected a day of the calendar')
    .optional(),
  audience: z.string().min(1).max(200),
});

export type ReadTemplate =
  | { kind: 'template'; template: NoticeTemplate | UnreviewedTemplate; at: Position }
  | { kind: 'refused'; problems: RunbookProblem[] };

/** Right in itself; nobody says that they have read it, so it is not sent. */
export interface UnreviewedTemplate extends Omit<NoticeTemplate, 'reviewedBy' | 'reviewedAt'> {
  reviewedBy: string | null;
  reviewedAt: string | null;
}

const FRONT = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;
const LONGEST_BODY = 3_000;
const START: Position = { line: 1, column: 1 };

/** A template: front matter and a text with placeholders, and nothing that is worked out. All that is wrong with it at once. */
export function readTemplate(name: string, text: string, file: string): ReadTemplate {
  const report = startReport(file);
  const found = FRONT.exec(text);
  if (found === null) {
    const expected = 'front matter between two lines of `---`';
    report.add(START, '', { expected, got: 'none', fix: 'write `---`, `subject: …`, `audience: …`, `---` first' });
    return { kind: 'refused', problems: report.problems() };
  }
  const [front = '', yaml = ''] = found;
  const head = headOf(yaml, report);
  const body = text.slice(front.length);
  const at = placeIn(text, front.length);
  checkBody(text, { body, from: front.length }, report);
  if (head === null || report.count() > 0) return { kind: 'refused', problems: report.problems() };
  checkSubject(head, report);
  if (report.count() > 0) return { kind: 'refused', problems: report.problems() };
  const { subject, audience, reviewed_by: reviewedBy = null, reviewed_at: reviewedAt = null } = head.value;
  const hash = createHash('sha256').update(text).digest('hex');
  return {
    kind: 'template',
    template: { name, subject, body: body.trim(), audience, reviewedBy, reviewedAt, hash },
    at,
  };
}

interface CheckedHead {
  value: z.output<typeof Head>;
  node: MapNode;
}

function headOf(yaml: string, report: Report): CheckedHead | null {
  // The first line of the file is the `---` before it.
  const node = parseYaml(`\n${yaml}`, report);
  if (node === null) return null;
  if (node.kind !== 'map') {
    report.add(node.at, '', { expected: 'a mapping', got: describeNode(node), fix: 'write `subject: …`' });
    return null;
  }
  const value = checkNode(Head, { node, path: '', report });
  return value === null ? null : { value, node };
}

function checkSubject({ value, node }: CheckedHead, report: Report): void {
  const at = node.entries.get('subject')?.node.at ?? START;
  for (const { got } of strangePlaceholders(value.subject)) report.add(at, 'subject', strange(got));
}

function checkBody(text: string, { body, from }: { body: string; from: number }, report: Report): void {
  for (const { at, got } of strangePlaceholders(body)) report.add(placeIn(text, from + at), 'body', strange(got));
  for (const fact of missingFacts(body))
    report.add(placeIn(text, from), 'body', {
      expected: `the three facts that everybody affected is told: ${MANDATORY.map((one) => `{${one}}`).join(', ')}`,
      got: `a text without {${fact}}`,
      fix: `write \`{${fact}}\` where it belongs`,
    });
  if (body.length > LONGEST_BODY)
    report.add(placeIn(text, from), 'body', {
      expected: `at most ${LONGEST_BODY} characters`,
      got: String(body.length),
      fix: 'write less: it is read in a hurry',
    });
}

function strange(got: string) {
  const known = PLACEHOLDERS.map((one) => `{${one}}`);
  return {
    expected: `one of ${known.join(', ')}: each stands for a whole value, and nothing is worked out`,
    got: quote(got),
    fix: suggestion(got, known),
  };
}

function placeIn(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
