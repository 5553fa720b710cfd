import type { WebClient } from '@slack/web-api';
import { type Chart, chartBlock } from '../chart/chart.ts';
import { chartPng } from '../chart/png.ts';
import type { Log } from '../deps.ts';
import type { Message } from '../limits.ts';
import { uploadPicture } from './upload.ts';
import type { Verdict } from './verdict.ts';

/** Slack takes a moment before a picture that was uploaded can be shown. */
const PICTURE_TRIES = 4;
const PICTURE_WAIT_MS = 1_500;

/** Puts the charts of messages into them as Slack can show them: its own chart, else a picture; without either the numbers stand there in words. */
export function openIllustrator({ client, log }: { client: WebClient; log: Log }): {
  illustrated: (id: string, message: Message) => Promise<Message>;
  /** What a refused message with a chart leads to: the next way to show it, until there is none. */
  learn: (id: string, verdict: Verdict) => Verdict;
} {
  // A workspace has the block or has not: one refusal is enough for as long as this process lives.
  let hasCharts = true;
  const shown = new Map<string, 'chart' | 'picture' | 'none'>();
  const uploaded = new Map<string, string>();
  const refusals = new Map<string, number>();

  const picture = async (id: string, chart: Chart): Promise<Message['blocks']> => {
    try {
      const file =
        uploaded.get(id) ??
        (await uploadPicture(client, { name: `${id}.png`, alt: chart.alt, bytes: await chartPng(chart) }));
      uploaded.set(id, file);
      return [{ type: 'image', slack_file: { id: file }, alt_text: chart.alt }];
    } catch (error) {
      log.warn({ err: error, message: id }, 'a picture could not be uploaded; its numbers are in the message');
      shown.set(id, 'none');
      return [];
    }
  };
  const way = (id: string) => shown.get(id) ?? (hasCharts ? 'chart' : 'picture');

  return {
    illustrated: async (id, { chart, ...message }) => {
      if (chart === undefined || way(id) === 'none') return message;
      const isChart = way(id) === 'chart';
      shown.set(id, way(id));
      const added = isChart ? [chartBlock(chart)] : await picture(id, chart);
      // Behind the heading, before the words that say the same.
      const [heading, ...rest] = message.blocks;
      return heading === undefined ? message : { ...message, blocks: [heading, ...added, ...rest] };
    },
    learn: (id, verdict) => {
      const before = shown.get(id);
      if (verdict.next.do !== 'only_text' || before === undefined || before === 'none') return verdict;
      if (before === 'chart') {
        hasCharts = false;
        shown.set(id, 'picture');
        return { ...verdict, next: { do: 'hold_channel', ms: 0 } };
      }
      const tries = (refusals.get(id) ?? 0) + 1;
      refusals.set(id, tries);
      if (tries >= PICTURE_TRIES) shown.set(id, 'none');
      return { ...verdict, next: { do: 'hold_channel', ms: PICTURE_WAIT_MS } };
    },
  };
}
