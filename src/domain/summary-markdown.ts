import { instantText } from './instant.ts';
import type { Summary } from './summary.ts';
import { sectionsOf } from './summary-sections.ts';
import { type Statement, sourcesText } from './summary-source.ts';

/** The summary for people. Whatever a person typed is escaped: it may not become a heading, a link or a mention. */
export function summaryMarkdown(summary: Summary): string {
  const { severity, title, incident, version, drawnAt } = summary;
  const body = sectionsOf(summary).map(({ title: heading, statements, otherwise }) => {
    const lines = statements.length === 0 ? [statement(otherwise)] : statements.map((one) => `- ${statement(one)}`);
    return `## ${heading}\n\n${lines.join('\n')}\n`;
  });
  const head = [
    `# ${severity}: ${plain(title)} (${incident})\n`,
    `Version ${version}, drawn ${instantText(drawnAt)}. [#123] is line 123 of the audit, checked by "rekey audit verify".\n`,
  ];
  return [...head, ...body].join('\n');
}

/** A sentence and where it comes from. */
function statement({ words, sources }: Statement): string {
  return `${plain(words)} ${sourcesText(sources, plain)}`;
}

/** One line of Markdown text in which nothing is markup. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_[\]<>#|~!&]/g, (mark) => `\\${mark}`);
}
