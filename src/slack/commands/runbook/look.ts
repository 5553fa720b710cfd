import { reviewDue } from '../../../domain/runbook-version.ts';
import { loadRunbook } from '../../load/runbook.ts';
import type { Desk, Moment } from '../../moment.ts';
import { runbookCard } from '../../views/runbook-card.ts';
import { runbookDrill } from '../../views/runbook-drill.ts';
import { runbookList } from '../../views/runbook-list.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import { assertNoMore } from '../words.ts';
import { assertMayReadRunbooks, runbookId } from './named.ts';

export const list: Verb = {
  verb: 'list',
  example: 'list',
  help: 'the runbooks that are live, and which of them somebody has to look at',
  offered: mayWithSomeKey('read'),
  run: async (words, moment, desk) => {
    assertNoMore(words, '/runbook list');
    await assertMayReadRunbooks(moment, desk);
    const rows = [];
    for (const live of await desk.ledger.liveRunbooks()) {
      const proof = (await desk.ledger.runbookProofs(live.runbook, 10)).find(({ passed }) => passed) ?? null;
      rows.push({ ...live, provenAt: proof?.at ?? null, due: reviewDue(live, proof, desk.now()) });
    }
    return moment.show(runbookList(rows));
  },
};

export const show: Verb = {
  verb: 'show',
  example: 'show R-KEY-EXPIRY',
  help: 'its phases and steps, who approves, when it was last proven',
  offered: mayWithSomeKey('read'),
  run: async ([id, ...more], moment, desk) => {
    assertNoMore(more, '/runbook show R-KEY-EXPIRY');
    await showRunbook(runbookId(id, '/runbook show R-KEY-EXPIRY'), moment, desk);
  },
};

export async function showRunbook(id: string, moment: Moment, desk: Desk): Promise<void> {
  await assertMayReadRunbooks(moment, desk);
  return moment.show(runbookCard(await loadRunbook(desk, desk.shelf.named(id))));
}

/**
 * A drill is a process of its own: it opens its own ledger, queue and Slack on a machine, turns a clock, and takes minutes. What the serving
 * Rekey can honestly show is what the last ones proved, and the line that starts the next.
 */
export const drill: Verb = {
  verb: 'drill',
  example: 'drill R-KEY-EXPIRY',
  help: 'what its last drills showed, and how to start the next one',
  offered: mayWithSomeKey('read'),
  run: async ([word, ...more], moment, desk) => {
    assertNoMore(more, '/runbook drill R-KEY-EXPIRY');
    await assertMayReadRunbooks(moment, desk);
    const runbook = desk.shelf.named(runbookId(word, '/runbook drill R-KEY-EXPIRY'));
    const proofs = await desk.ledger.runbookProofs(runbook.id, 5);
    return moment.show(runbookDrill({ id: runbook.id, title: runbook.title, hash: runbook.hash, proofs }));
  },
};
