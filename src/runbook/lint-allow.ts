import { type Accepted, type Finding, finding, isRule, LINT_RULES, type RuleId } from './finding.ts';
import { quote } from './problem.ts';
import { suggestion } from './suggest.ts';

/** `# rekey-lint-allow: no-approval because two people press it on the box`, in a comment of its own or at the end of a line. */
interface Allow {
  rule: RuleId;
  because: string;
  /** Where it stands, and the line that it is about. */
  line: number;
  column: number;
  about: number;
}

const COMMENT = /(?:^|\s)(#\s*rekey-lint-allow:\s*(.*))$/;
const BODY = /^([a-z-]+)\s+because\s+(\S.*)$/;

/**
 * Takes what a file accepts out of its findings. A comment accepts one finding of one rule in the line that it is about. What loading refuses
 * is never accepted, and a comment that says it wrongly, or that nothing needs any more, is itself a finding.
 */
export function acceptAllowed(
  file: string,
  text: string,
  findings: readonly Finding[],
): { findings: Finding[]; accepted: Accepted[] } {
  const { allows, wrong } = allowsIn(file, text);
  const left = [...findings];
  const accepted: Accepted[] = [];
  const unused = allows.filter(({ rule, because, about }) => {
    const index = left.findIndex((one) => one.rule === rule && one.line === about);
    const [found] = index < 0 ? [] : left.splice(index, 1);
    if (found !== undefined) accepted.push({ ...found, because });
    return found === undefined;
  });
  return { findings: [...left, ...wrong, ...unused.map((allow) => unusedIn(file, allow))], accepted };
}

function allowsIn(file: string, text: string): { allows: Allow[]; wrong: Finding[] } {
  const lines = text.split(/\r?\n/);
  const allows: Allow[] = [];
  const wrong: Finding[] = [];
  for (const [index, line] of lines.entries()) {
    const found = COMMENT.exec(line);
    if (found === null) continue;
    const [, comment = '', written = ''] = found;
    const column = line.length - comment.length + 1;
    const [, rule = '', because = ''] = BODY.exec(written.trim()) ?? [];
    if (isRule(rule) && rule !== 'refused')
      allows.push({ rule, because, line: index + 1, column, about: lineMeant(lines, index, column) });
    else wrong.push(badAllow({ file, line: index + 1, column }, written, rule));
  }
  return { allows, wrong };
}

/** At the end of a line that line; in one of its own the next one that says something. */
function lineMeant(lines: readonly string[], index: number, column: number): number {
  if ((lines[index] ?? '').slice(0, column - 1).trim() !== '') return index + 1;
  const below = lines.slice(index + 1).findIndex((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  return below < 0 ? index + 1 : index + 2 + below;
}

function badAllow(
  { file, line, column }: { file: string; line: number; column: number },
  written: string,
  rule: string,
): Finding {
  const known = Object.keys(LINT_RULES).filter((one) => one !== 'refused');
  const fix =
    rule === '' || isRule(rule)
      ? 'write `# rekey-lint-allow: <rule> because <why this one is right here>`'
      : suggestion(rule, known);
  const expected = rule === 'refused' ? 'a rule that may be accepted' : 'a rule of lint and the reason';
  return finding(
    'bad-allow',
    { file, at: { line, column }, path: '' },
    { expected, got: written.trim() === '' ? 'nothing' : quote(written), fix },
  );
}

function unusedIn(file: string, { rule, line, column, about }: Allow): Finding {
  const got = `\`${rule}\`, which is not found in line ${about}`;
  const complaint = {
    expected: 'a comment that accepts a finding',
    got,
    fix: 'remove the comment, or put it right above the line',
  };
  return finding('unused-allow', { file, at: { line, column }, path: '' }, complaint);
}
