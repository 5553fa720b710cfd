import { z } from 'zod';
import { recoveredAt } from './proof.ts';
import { people, type World } from './world.ts';

const Posted = z.object({ channel: z.string().optional(), text: z.string(), ts: z.string().optional() });
const POSTS = /^(chat\.(postMessage|update|postEphemeral)|response_url)$/;
const LONGEST = 150;

export interface Transcript {
  did: (who: string, what: string) => void;
  /** Everything that went over the wire, as one text. */
  wire: () => string;
  stop: () => void;
}

/** Prints who did what and when, what Rekey posted, and what happened to the traffic. */
export function startTranscript(world: World, say: (line: string) => void): Transcript {
  const started = Date.now();
  const line = (who: string, what: string) =>
    say(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${who.padEnd(9)} ${what}`);
  const wire: string[] = [];
  const directTo = new Map(people.map(({ id, name }) => [world.workspace.person(id).directMessage(), name]));
  const shown = new Map<string, string>();
  const unsubscribe = world.workspace.wire.subscribe((entry) => {
    wire.push(JSON.stringify(entry));
    if (entry.direction !== 'from_app' || !POSTS.test(entry.name)) return;
    const posted = Posted.safeParse(entry.body);
    if (!posted.success) return;
    const { channel = '', text, ts } = posted.data;
    const isEdit = entry.name === 'chat.update';
    // The copy in a direct message follows the one in the channel; telling both would say everything twice.
    if ((isEdit && directTo.has(channel)) || shown.get(`${channel}${ts ?? ''}`) === text) return;
    shown.set(`${channel}${ts ?? ''}`, text);
    const where = channel === 'C0INCIDENTS' ? '#incidents' : `to ${directTo.get(channel) ?? 'the one who asked'}`;
    line('rekey', shortened(`${where}${isEdit ? ' (edited)' : ''}: ${plain(text).split('\n')[0]}`));
  });
  const stopTraffic = tellTraffic(world, line);
  return {
    did: line,
    wire: () => wire.join('\n'),
    stop: () => {
      unsubscribe();
      stopTraffic();
    },
  };
}

/** Dates as their fallback: a terminal has no reader's zone. */
function plain(text: string): string {
  return text.replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1');
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

/** Says once that calls are rejected, and once that they are accepted again. Returns how to stop. */
export function tellTraffic(world: World, line: (who: string, what: string) => void): () => void {
  let told: 'calm' | 'rejecting' = 'calm';
  const timer = setInterval(() => {
    const latest = world.traffic.points.at(-1);
    if (latest === undefined) return;
    if (told === 'calm' && latest.rejected > 0) {
      told = 'rejecting';
      line('traffic', `calls are being rejected: ${latest.rejected} a second`);
    } else if (told === 'rejecting' && recoveredAt(world.traffic.points) !== null) {
      told = 'calm';
      line('traffic', `calls are accepted again: ${latest.accepted} a second`);
    }
  }, 500);
  return () => clearInterval(timer);
}
