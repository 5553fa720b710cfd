import { z } from 'zod';
import { durationText } from '../domain/duration.ts';
import type { LedgerEvent } from '../domain/event.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { behind, boardLine, hasReached, type PeerBoard, PeerState } from '../domain/peer.ts';
import { boardNow } from './board.ts';
import { defineStep, type StepContext, type StepResult } from './contract.ts';
import { connectionName, duration, keyRef } from './fields.ts';
import { foreseen, foreseenName } from './forecast.ts';
import { answerPlace, pathParts, writtenPath } from './http-fields.ts';
import { currentKey } from './look-up.ts';
import { probePeers } from './probe-peers.ts';
import { foreseenPeers, tellPeer } from './tell-peer.ts';

const MINUTE_MS = 60_000;

const With = z.strictObject({
  key: keyRef.describe('The key that the peers have to trust: the replacement.'),
  state: PeerState.default('pinned').describe(
    'acknowledged: they know; pinned: they trust the new key; pulled: it was seen that they work with it.',
  ),
  deadline: duration.describe('When this step fails, with the names of who is missing.'),
  remind: duration.default(30 * MINUTE_MS).describe('How often the ones that are missing are told again.'),
  probe: z
    .strictObject({
      connection: connectionName
        .optional()
        .describe('Where to look; without it at each peer’s own connection, whose host has to be granted too.'),
      path: pathParts.describe('Where on it; the part `:peer` stands for the name of the peer.'),
      field: answerPlace.describe('Where in the answer an instant stands: last_pull_at.'),
      every: duration.default(MINUTE_MS).describe('How often it is looked.'),
    })
    .optional()
    .describe('Looks by itself whether pulls resume: the instant has to be later than the key was activated.'),
});
type Input = z.output<typeof With>;

/**
 * The re-pin board, until everybody on it has come as far as it takes or was waived by a person under their name. Reminds, looks by itself
 * where it can, and ends at the deadline with a list: recover does not go on while somebody still refuses the new key unnoticed.
 */
export const peersAwait = defineStep({
  uses: 'peers.await',
  summary:
    'Waits until every peer of a key has come so far or was waived by name; reminds, and looks whether pulls resume.',
  with: With,
  outputs: z.strictObject({
    peers: z.int().describe('How many peers trust this key.'),
    reached: z.int().describe('How many of them came as far as it takes.'),
    waived: z.array(z.string()).describe('The ones that a person let stay behind.'),
  }),
  // It reminds people, and what it sees of a peer stands on the board afterwards.
  effect: 'writes',
  repeat: 'safe',
  calls: ({ probe }) => {
    const asked = typeof probe === 'object' && probe !== null && !Array.isArray(probe) ? probe : {};
    const path = writtenPath(asked);
    if (typeof asked.connection !== 'string' || path === null) return [];
    return [
      { connection: asked.connection, method: 'GET', path: path.map((part) => (part === ':peer' ? null : part)) },
    ];
  },
  undo: { kind: 'nothing', why: 'It waits, and what was said was said.' },
  timeoutMs: 120_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const wanted = input.state ?? 'pinned';
    const { late, recipients } = await foreseenPeers(input.key, wanted, context);
    const names = late.map(({ name, contact }) => `${name} (${contact})`).join(', ') || 'nobody';
    const until = input.deadline === undefined ? '' : `, at most ${durationText(input.deadline)}`;
    return foreseen({
      calls: [`wait until the peers of ${foreseenName(input.key)} are ${wanted}: ${names}${until}`],
      notices: recipients,
    });
  },
  perform: async (input, context) => look(input, context),
  resume: async (input, context) => look(input, context),
});

async function look(input: Input, context: StepContext): Promise<StepResult> {
  const key = await currentKey(context, input.key);
  const before = await boardNow(context.ledger, key);
  const seen = input.probe === undefined ? [] : await probePeers(before, { key, ...input.probe }, context);
  const board = withSeen(before, seen, context.now());
  const late = behind(board, input.state);
  if (late.length === 0) {
    const outputs = outputsOf(board, input.state);
    return {
      kind: 'done',
      outputs,
      events: [...seen, ...recovered(key, { input, reached: outputs.reached, context })],
    };
  }
  const began = context.step.startedAt;
  const deadline = later(began, input.deadline);
  if (deadline <= context.now())
    return { kind: 'failed', error: `${nameOf(key)}: ${boardLine(board, input.state)}.`, events: seen };
  const { events, next } = await reminders({ key, board, began, input }, context);
  const times = [deadline, next, ...(input.probe === undefined ? [] : [later(context.now(), input.probe.every)])];
  const until = new Date(Math.min(...times.map((time) => time.getTime())));
  return { kind: 'wait', waiting: { kind: 'peers', id: key.id, until }, events: [...seen, ...events] };
}

/** That pulls resumed is what shows that federation works again; peers that were let stay behind show nothing. */
function recovered(
  key: Key,
  { input, reached, context: { incident } }: { input: Input; reached: number; context: StepContext },
): LedgerEvent[] {
  if (input.state !== 'pulled' || reached === 0 || incident === null || incident.recoveredAt !== null) return [];
  if (incident.key !== key.id && incident.key !== key.predecessor) return [];
  return [{ type: 'incident_recovered', incident: incident.id }];
}

/** The board as it will be when what was seen just now is recorded. */
function withSeen(board: PeerBoard, seen: readonly LedgerEvent[], now: Date): PeerBoard {
  const pulled = new Set(seen.flatMap((event) => (event.type === 'peer_reached' ? [event.peer] : [])));
  return {
    ...board,
    rows: board.rows.map((row) => (pulled.has(row.peer.name) ? { ...row, state: 'pulled', since: now } : row)),
  };
}

function outputsOf({ rows }: PeerBoard, wanted: PeerState) {
  const reached = rows.filter((row) => hasReached(row.state, wanted));
  const waived = rows.filter((row) => !reached.includes(row)).map((row) => row.peer.name);
  return { peers: rows.length, reached: reached.length, waived };
}

/** Who is missing is told again when it is time; the notices on record say when that was last. */
async function reminders(
  { key, board, began, input }: { key: Key; board: PeerBoard; began: Date; input: Input },
  context: StepContext,
): Promise<{ events: LedgerEvent[]; next: Date }> {
  const { ledger, now, run } = context;
  const sent = (await ledger.noticesOfKey(key.id)).filter(
    (notice) => notice.template === 'peer-reminder' && notice.run === run.id && notice.createdAt >= began,
  );
  const due = later(sent[0]?.createdAt ?? began, input.remind);
  if (due > now()) return { events: [], next: due };
  const replaced = key.predecessor === null ? null : await ledger.key(key.predecessor);
  const events: LedgerEvent[] = [];
  for (const { peer } of behind(board, input.state)) {
    const news = { key: replaced ?? key, replacement: key, dataIntegrity: STANDS, template: 'peer-reminder' } as const;
    events.push(...(await tellPeer(peer, news, context)));
  }
  return { events, next: later(now(), input.remind) };
}

const STANDS = 'What was said of data integrity before still stands.';

function later(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}
