import { drawSummary, outermost } from '../../steps/draw-summary.ts';
import { gatherApart } from '../gather-apart.ts';
import { asReminders, type Reminding } from './send-nags.ts';

const DAY_MS = 86_400_000;
/** What is learned in one go makes one version, and not one for each line. */
const QUIET_MS = 10 * 60_000;
const LOOK_BACK_MS = 180 * DAY_MS;

/** Keeps one more version of each summary about whose incident something was recorded since; the posted one stays beside it. */
export async function redrawSummaries({ ledger }: Pick<Reminding, 'ledger'>, now: Date): Promise<number> {
  const since = new Date(now.getTime() - LOOK_BACK_MS);
  const quietFrom = new Date(now.getTime() - QUIET_MS);
  const stale = await ledger.read.summariesToRedraw({ since, quietFrom });
  for (const id of stale) {
    const drawn = await gatherApart(ledger.read, async (read) => {
      const incident = await read.incident(id);
      if (incident === null) return null;
      const run = outermost(await read.runsOfIncident(id));
      return drawSummary(incident, run, { ledger: read, now: () => now });
    });
    await ledger.record(asReminders(now), async ({ read }) => {
      const isStale = (await read.summariesToRedraw({ since, quietFrom, incident: id })).includes(id);
      const fresh = isStale ? await drawn(read) : null;
      const last = (await read.lastSummary(id))?.json ?? '';
      if (fresh === null || substanceOf(last) === substanceOf(fresh.json)) return { events: [], result: undefined };
      const { hash, markdown, json } = fresh;
      return { events: [{ type: 'summary_redrawn', incident: id, hash, markdown, json }], result: undefined };
    });
  }
  return stale.length;
}

const ABOUT_ITSELF: ReadonlySet<string> = new Set(['sources', 'audit', 'version', 'drawnAt']);

/** What it says, without when it was drawn and from which lines: a line that changes nothing of the story makes no version. */
function substanceOf(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), (name, value: unknown) => (ABOUT_ITSELF.has(name) ? undefined : value));
  } catch {
    // The text of an older Rekey's summary is not among what was carried over.
    return '';
  }
}
