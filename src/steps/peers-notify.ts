import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import type { Key } from '../domain/key.ts';
import { behind, type PeerBoard } from '../domain/peer.ts';
import { boardNow } from './board.ts';
import { defineStep, type StepContext } from './contract.ts';
import { keyRef, peopleText } from './fields.ts';
import { foreseen, foreseenName } from './forecast.ts';
import { currentKey } from './look-up.ts';
import { foreseenPeers, tellPeer } from './tell-peer.ts';

const With = z.strictObject({
  key: keyRef.describe('The federation or issuer key that is replaced.'),
  replacement: keyRef
    .nullable()
    .describe('What the peers are to trust from now on; null while there is nothing, and they are told to wait.'),
  data_integrity: peopleText.describe('Whether any data integrity risk exists, in one sentence.'),
});

/**
 * Tells everybody who trusts the key, each exactly once for each version: what was recorded as told is not told again, whoever runs this
 * twice. Without a peer on record there is nobody to tell, and `peers` is 0.
 */
export const peersNotify = defineStep({
  uses: 'peers.notify',
  summary:
    'Tells every peer that trusts a key which key it is, when its replacement is available and whether data is at risk.',
  with: With,
  outputs: z.strictObject({
    peers: z.int().describe('How many peers pin this key.'),
    told: z.array(z.string()).describe('Who was told now.'),
    already: z.array(z.string()).describe('Who had been told before, or was waived.'),
  }),
  effect: 'writes',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'What was said was said.' },
  timeoutMs: 30_000,
  retry: { attempts: 5, backoffMs: 1_000 },
  rehearsal: 'real',
  forecast: async (input, context) => {
    const about = input.replacement === null ? input.key : input.replacement;
    const { late, recipients } = await foreseenPeers(about, 'notified', context);
    const names = late.map(({ name, contact }) => `${name} (${contact})`).join(', ') || 'nobody';
    return foreseen({ calls: [`tell the peers that pin ${foreseenName(input.key)}: ${names}`], notices: recipients });
  },
  perform: async (input, context) => {
    const key = await currentKey(context, input.key);
    const replacement = input.replacement === null ? null : await currentKey(context, input.replacement);
    const board = await boardNow(context.ledger, replacement ?? key);
    const late = behind(board, 'notified');
    const events: LedgerEvent[] = [];
    for (const { peer } of late) events.push(...(await told(peer, { key, replacement, input }, context)));
    return { kind: 'done', outputs: outputsOf(board, late), events };
  },
});

async function told(
  peer: PeerBoard['rows'][number]['peer'],
  { key, replacement, input }: { key: Key; replacement: Key | null; input: z.output<typeof With> },
  context: StepContext,
): Promise<LedgerEvent[]> {
  const template = replacement === null ? 'peer-warning' : 'peer-repin';
  const notices = await tellPeer(peer, { key, replacement, dataIntegrity: input.data_integrity, template }, context);
  const [first] = notices;
  const evidence = first?.type === 'notice_issued' ? `notice ${first.notice.id}` : 'told';
  const about = replacement ?? key;
  return [...notices, { type: 'peer_reached', peer: peer.name, key: about.id, state: 'notified', evidence }];
}

function outputsOf(board: PeerBoard, late: PeerBoard['rows']) {
  const names = (rows: PeerBoard['rows']) => rows.map((row) => row.peer.name);
  return {
    peers: board.rows.length,
    told: names(late),
    already: names(board.rows.filter((row) => !late.includes(row))),
  };
}
