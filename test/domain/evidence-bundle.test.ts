import { expect, test } from 'vitest';
import { checkBundle } from '../../src/cli/audit/check-bundle.ts';
import { planHashOf } from '../../src/domain/binding.ts';
import { chainedLine } from '../../src/domain/chained-line.ts';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { bundleIn, type EvidenceBundle } from '../../src/domain/evidence-bundle.ts';
import { evidencePage } from '../../src/domain/evidence-page.ts';
import { evidenceReport } from '../../src/domain/evidence-report.ts';
import { KeyId } from '../../src/domain/ids.ts';
import { checkpointLine, signCheckpoint } from '../../src/ledger/checkpoint.ts';
import { openCheckpointSigner } from '../../src/providers/checkpoint-key.ts';
import {
  aKey,
  alice,
  anApproval,
  aRotation,
  aRun,
  aVote,
  bob,
  carol,
  daysAfter,
  minutesAfter,
  NOON,
} from '../support/builders.ts';
import { anInstallation } from '../support/installation.ts';
import { anOpenLedger, BEGINNING, recordEvents } from '../support/ledger-file.ts';

const [, , started] = BEGINNING;
const runbook = started?.type === 'run_started' ? started.run.runbook : aRun().runbook;
const old = aKey({ expiresAt: daysAfter(NOON, 30) });
const next = aKey({
  id: KeyId.parse('key-4'),
  version: 4,
  predecessor: old.id,
  state: 'pending',
  activatedAt: null,
  externalRef: 'four',
  digest: '4'.repeat(64),
});
const about = {
  rotation: 'rot-1',
  run: 'run-1',
  key: old.id,
  replacement: next.id,
  names: { [old.id]: 'payments-prod v3', [next.id]: 'payments-prod v4' },
};

/** A whole rotation that two people have to agree to, and its evidence. */
async function aBundle({ votes = [bob, carol] } = {}): Promise<EvidenceBundle> {
  const ledger = await anOpenLedger();
  const run = aRun({ incident: null, runbook });
  const binding = { ...anApproval().binding, runbookHash: runbook.hash };
  const approval = anApproval({
    incident: null,
    binding,
    planHash: planHashOf(binding),
    rule: { ...anApproval().rule, approve: 2 },
  });
  const at = async (minutes: number, events: LedgerEvent[]) =>
    recordEvents(ledger, events, { at: minutesAfter(NOON, minutes), run: run.id });
  await recordEvents(ledger, [{ type: 'key_issued', key: old }]);
  await recordEvents(ledger, [{ type: 'rotation_requested', rotation: aRotation({ reason: '<b>90 days</b>' }) }], {
    actor: 'person:alice',
    channel: 'cli',
  });
  await at(0, [
    { type: 'run_started', run },
    { type: 'rotation_started', rotation: aRotation().id, run: run.id },
  ]);
  await at(1, [{ type: 'approval_requested', approval }]);
  for (const person of votes)
    await at(2, [
      {
        type: 'vote_cast',
        approval: approval.id,
        vote: aVote({ person, reason: 'seen', at: minutesAfter(NOON, 2) }),
      },
    ]);
  await at(2, [{ type: 'approval_decided', approval: approval.id, outcome: 'approved' }]);
  await at(3, [{ type: 'key_issued', key: next }]);
  await at(4, [{ type: 'key_activated', key: next.id }]);
  await at(5, [{ type: 'key_retired', key: old.id, graceEndsAt: minutesAfter(NOON, 65) }]);
  await at(65, [{ type: 'key_revoked', key: old.id, replacedBy: next.id }]);
  await at(66, [{ type: 'key_proved_dead', key: old.id, how: 'the ledger rejects it' }]);
  const { keysDir } = anInstallation();
  const checkpoint = await signCheckpoint(ledger, openCheckpointSigner(keysDir), {
    at: minutesAfter(NOON, 70),
    actor: 'system:audit',
    channel: 'engine',
  });
  const lines = (await ledger.read.auditRange(2, checkpoint.seq)).map(chainedLine);
  const made = { madeAt: NOON.toISOString(), madeBy: 'a test', runbook: { id: runbook.id, text: runbook.text } };
  return { schema: 'rekey.evidence/1', ...made, about, checkpoint: checkpointLine(checkpoint), lines };
}

const failing = (html: string) => checkBundle(html).flatMap(({ name, ok }) => (ok ? [] : [name]));

test('says who asked, who agreed, when each thing happened, and how it ended, from the lines alone (S1-26, S3-05, S3-15, S3-18)', async () => {
  const { lines } = await aBundle();
  const report = evidenceReport(lines, about);
  expect(report.requested).toMatchObject({
    by: 'person:alice',
    channel: 'cli',
    reason: '<b>90 days</b>',
    mode: 'planned',
  });
  expect(report.approvals).toMatchObject([
    { required: 2, planHashHolds: true, outcome: 'approved', votes: [{ person: 'bob' }, { person: 'carol' }] },
  ]);
  expect(report.times).toMatchObject({ toActiveMs: 4 * 60_000, revokeToProofMs: 60_000 });
  expect(report.result).toMatchObject({ state: 'completed' });
});

test('a whole page holds, and reads back as what was put in', async () => {
  const bundle = await aBundle();
  const html = evidencePage(bundle);
  expect(failing(html)).toEqual([]);
  expect(bundleIn(html)).toEqual(bundle);
  expect(checkBundle(html).at(-1)).toMatchObject({ name: 'signed', ok: true });
  // What people wrote is text and never markup.
  expect(html).toContain('&lt;b&gt;90 days&lt;/b&gt;');
  expect(html).not.toContain('<b>90 days</b>');
});

test('whatever is changed is found, and named', async () => {
  const bundle = await aBundle();
  const page = (change: Partial<EvidenceBundle>) => evidencePage({ ...bundle, ...change });
  const { lines } = bundle;
  const altered = lines.map((line, index) => (index === 4 ? { ...line, actor: 'person:mallory' } : line));
  expect(failing(page({ lines: altered }))).toContain('chain');
  expect(failing(page({ lines: lines.filter((_, index) => index !== 5) }))).toContain('chain');
  expect(failing(page({ lines: lines.slice(0, -3) }))).toContain('signed');
  expect(failing(page({ runbook: { id: runbook.id, text: 'runbook: another\n' } }))).toEqual(['runbook']);
  expect(failing(evidencePage(bundle).replace('completed at', 'rolled_back at'))).toEqual(['page']);
  expect(failing(page({ checkpoint: bundle.checkpoint?.replace(/"seq":\d+/, '"seq":3') ?? null }))).toEqual(['signed']);
  const named = (names: Record<string, string>) => page({ about: { ...about, names } });
  expect(failing(named({ ...about.names, [next.id]: 'admin-key v1' }))).toEqual(['about']);
  expect(failing(page({ about: { ...about, run: 'run-2' } }))).toContain('about');
  expect(() => checkBundle('<html></html>')).toThrow('This is no evidence of Rekey');
});

test('an approval with too few people behind it is found, whatever its outcome says', async () => {
  expect(failing(evidencePage(await aBundle({ votes: [bob] })))).toEqual(['people']);
  expect(failing(evidencePage(await aBundle({ votes: [alice, bob] })))).toEqual(['people']);
});
