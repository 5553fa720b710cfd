import type { OutlookWeek, WeekFigures } from '../../domain/digest/digest.ts';
import { bold, bullets, context, header, lines } from '../blocks.ts';
import type { Chart } from '../chart/chart.ts';
import type { Message } from '../limits.ts';

export interface Outlook extends WeekFigures {
  id: string;
  day: string;
}

/** The week behind and the quarter ahead: in numbers, and as a picture of the same numbers. */
export function digestOutlook({ id, day, compliance, rotations, weeks, picture }: Outlook): Message {
  const expiring = weeks.reduce((sum, week) => sum + week.expiring, 0);
  const busy = weeks.filter((week) => week.expiring + week.rotating + week.byHand > 0);
  const ahead = `${keys(expiring)} expire${expiring === 1 ? 's' : ''} within 90 days`;
  return {
    text: `Week of ${day}: ${ahead}, ${compliance.percentage} % of the keys are younger than allowed`,
    blocks: [
      header(`Week of ${day}`),
      lines([
        [
          bold('Compliance '),
          `${compliance.percentage} % of ${keys(compliance.judged)} are younger than their class allows, ${compliance.overdue} older`,
        ],
        [bold('Rotations last week '), `${rotations.completed} completed, ${rotations.failed} failed`],
        [bold('Ahead '), ahead],
      ]),
      ...(busy.length === 0
        ? []
        : [
            bullets(
              [bold('Week by week')],
              busy.map((week) => [weekText(week)]),
            ),
          ]),
      context(`${id} · rotations as today's keys and rules foresee them`),
    ],
    ...(picture && busy.length > 0 && { chart: chartOf(weeks, ahead) }),
  };
}

function weekText({ from, expiring, rotating, byHand }: OutlookWeek): string {
  return `from ${from}: ${keys(expiring)} expire${expiring === 1 ? 's' : ''}, ${rotating} rotate by themselves, ${byHand} by hand`;
}

function chartOf(weeks: readonly OutlookWeek[], ahead: string): Chart {
  const values = (of: (week: OutlookWeek) => number) => weeks.map(of);
  const busiest = weeks.toSorted((a, b) => b.expiring - a.expiring)[0];
  return {
    title: 'Keys that expire in the next 90 days',
    categories: weeks.map(({ from }) => from.slice(5)),
    series: [
      { name: 'expire', values: values((week) => week.expiring) },
      { name: 'rotate by themselves', values: values((week) => week.rotating) },
      { name: 'to rotate by hand', values: values((week) => week.byHand) },
    ],
    alt: `Bars for ${weeks.length} weeks: ${ahead}, most of them (${busiest?.expiring ?? 0}) in the week from ${busiest?.from ?? 'today'}. The numbers stand beside it in words.`,
  };
}

function keys(count: number): string {
  return `${count} key${count === 1 ? '' : 's'}`;
}
