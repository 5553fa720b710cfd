import type { Look } from '../scheduler/deps.ts';
import { askRetrospectives } from './ask-retrospectives.ts';
import { holdReviews } from './hold-reviews.ts';
import { redrawSummaries } from './redraw-summaries.ts';
import { type Reminding, sendNags } from './send-nags.ts';

/** What the clock does about everything that comes after incidents. None of it is urgent to the minute. */
export async function lookAfterIncidents(reminding: Reminding, look: Look): Promise<void> {
  await askRetrospectives(reminding, look);
  await sendNags(reminding, look);
  await redrawSummaries(reminding, look.now);
  await holdReviews(reminding, look);
}
