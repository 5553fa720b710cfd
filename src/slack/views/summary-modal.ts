import type { KnownBlock, ModalView } from '@slack/types';
import type { Summary } from '../../domain/summary.ts';
import { type Section, sectionsOf, TIMELINE } from '../../domain/summary-sections.ts';
import { type Statement, sourcesText } from '../../domain/summary-source.ts';
import { actions, bold, bullets, button, context, type Line, plain } from '../blocks.ts';
import { LIMITS } from '../limits.ts';
import { cut } from '../text.ts';

/** What the buttons that turn a page carry: `inc-4k9x2m.3`; without a number, the first page is meant. */
export function readPage(token: string): { incident: string; page: number } {
  const [, incident = token, page = '0'] = /^(.+)\.(\d{1,4})$/.exec(token) ?? [];
  return { incident, page: Number(page) };
}

// A page that is read on a phone, and stays far under what a view may hold.
const ON_A_PAGE = 6_000;
const LONGEST = 700;
const MOST_POINTS = 40;

/** Every sentence of the summary with the lines that it comes from, some sections at a time. */
export function summaryModal(summary: Summary, wanted: number): ModalView {
  const pages = pagesOf(summary);
  const page = Math.min(Math.max(wanted, 0), pages.length - 1);
  const turn = (to: number, label: string) =>
    button({ action: 'full_summary', token: `${summary.incident}.${to}`, label });
  const buttons = [
    ...(page > 0 ? [{ ...turn(page - 1, 'Previous page'), action_id: 'full_summary_back' }] : []),
    ...(page < pages.length - 1 ? [turn(page + 1, 'Next page')] : []),
  ];
  return {
    type: 'modal',
    title: plain(`Summary, version ${summary.version}`, LIMITS.viewTitle),
    close: plain('Close', LIMITS.viewButton),
    blocks: [
      context(
        `${summary.severity}: ${cut(summary.title, 200)} · page ${page + 1} of ${pages.length} · #123 is a line of the audit`,
      ),
      ...(pages[page] ?? []).map(blockOf),
      ...actions('summary_pages', buttons),
    ],
  };
}

/** The page on which the timeline begins. */
export function timelinePage(summary: Summary): number {
  return Math.max(
    0,
    pagesOf(summary).findIndex((page) => page.some(({ title }) => title === TIMELINE)),
  );
}

interface Piece {
  title: string;
  statements: Statement[];
}

/** Sections in order; a long one goes on under the same title on the next page. */
function pagesOf(summary: Summary): Piece[][] {
  const pages: Piece[][] = [[]];
  let room = ON_A_PAGE;
  for (const section of sectionsOf(summary)) {
    let piece: Piece = { title: section.title, statements: [] };
    pages.at(-1)?.push(piece);
    for (const statement of statementsOf(section)) {
      const size = shown(statement).length;
      if (size > room || piece.statements.length >= MOST_POINTS) {
        piece = { title: `${section.title}, continued`, statements: [] };
        pages.push([piece]);
        room = ON_A_PAGE;
      }
      piece.statements.push(statement);
      room -= size;
    }
  }
  return pages.map((page) => page.filter(({ statements }) => statements.length > 0));
}

function statementsOf({ statements, otherwise }: Section): Statement[] {
  return statements.length === 0 ? [otherwise] : statements;
}

function blockOf({ title, statements }: Piece): KnownBlock {
  return bullets(
    [bold(title)],
    statements.map((statement): Line => [shown(statement)]),
  );
}

function shown({ words, sources }: Statement): string {
  return `${cut(words, LONGEST)} ${cut(sourcesText(sources), 200)}`;
}
