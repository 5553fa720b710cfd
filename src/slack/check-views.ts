import type { HomeView, ModalView } from '@slack/types';
import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { z } from 'zod';
import { Surface } from '../domain/announce.ts';
import { sentenceOf } from '../errors.ts';
import type { Outbox } from '../ledger/outbox.ts';
import type { Check } from './check.ts';
import type { Sources } from './deps.ts';
import type { Message } from './limits.ts';
import { surfaces } from './surfaces.ts';
import { failureOf } from './web.ts';

/** A message or view under the name of its surface, or why it could not be drawn. */
export type Sample = { name: string } & (
  | { message: Pick<Message, 'blocks'> }
  | { view: ModalView | HomeView }
  | { undrawn: string }
);

/** What this installation shows: of each surface the latest few, drawn anew from its ledger. */
export async function drawnSamples(
  sources: Sources,
  outbox: Pick<Outbox, 'latest'>,
  perSurface: number,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const surface of Surface.options)
    for (const subject of await outbox.latest(surface, perSurface)) {
      const name = `${surface} ${subject}`;
      try {
        const drawn = await surfaces[surface](sources, subject);
        if (drawn !== null) samples.push({ name, message: drawn.message });
      } catch (error) {
        samples.push({ name, undrawn: sentenceOf(error) });
      }
    }
  return samples;
}

/** Asks Slack whether it takes them. Nothing is posted. */
export async function checkViews(client: WebClient, samples: readonly Sample[]): Promise<Check[]> {
  const checks: Check[] = [];
  for (const sample of samples) {
    const what = `view ${sample.name}`;
    if ('undrawn' in sample) {
      checks.push({ what, ok: false, detail: `it could not be drawn: ${sample.undrawn}` });
      continue;
    }
    try {
      const given = 'view' in sample ? { view: sample.view } : { blocks: sample.message.blocks };
      // Not among the client's own methods yet.
      await client.apiCall('blocks.validate', given);
      checks.push({ what, ok: true, detail: 'Slack takes it' });
    } catch (error) {
      const { error: code } = failureOf(error);
      if (code === 'unknown_method')
        return [{ what: 'views', ok: true, detail: 'this Slack has no blocks.validate; not checked' }];
      const where = pointersIn(error);
      const detail = `Slack says ${code}${where === '' ? '' : `: ${where}`}. This is a defect of Rekey, please report it`;
      checks.push({ what, ok: false, detail });
    }
  }
  return checks;
}

const Refused = z.object({
  errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
  response_metadata: z.object({ messages: z.array(z.string()).default([]) }).optional(),
});
const MOST_POINTERS = 5;

/** `/3/elements/0/text must be …`: where in the view, as Slack says it. */
function pointersIn(error: unknown): string {
  if (!(error instanceof WebAPIPlatformError)) return '';
  const read = Refused.safeParse(error.data);
  if (!read.success) return '';
  const { errors, response_metadata: metadata } = read.data;
  const places = errors?.map(({ pointer, message }) => `${pointer} ${message}`) ?? metadata?.messages ?? [];
  return places.slice(0, MOST_POINTERS).join('; ');
}
