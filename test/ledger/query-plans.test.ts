import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeLedger } from '../../scripts/bench/make-ledger.ts';
import { KeyId, PersonId, RunId, StepId } from '../../src/domain/ids.ts';
import { DAY, daysAfter, NOON } from '../support/builders.ts';
import { listeningReader, planOf } from '../support/explained.ts';

type Reader = ReturnType<typeof listeningReader>['reader'];

const week = daysAfter(NOON, 7);
const some = KeyId.parse('key-0000000003');
const overdue = { class: 'api_key', activatedBefore: daysAfter(NOON, -400), limit: 50 } as const;

// What the audit of credentials, the digest, `expiring`, the clock and a page of the audit ask.
const QUESTIONS: Record<string, (read: Reader) => Promise<unknown>> = {
  'expiring (current)': (read) => read.currentExpiringBefore(week),
  'expiring (all versions)': (read) => read.keysExpiringBefore(week),
  gone: (read) => read.currentGone(),
  'gone, a page': (read) => read.currentGone({ after: 'service-250', limit: 50 }),
  'the last JWT to expire': (read) => read.lastExpiryOf('jwt'),
  'the last of a class that nearly every key is of': (read) => read.lastExpiryOf('api_key'),
  'a page of the keys of a service without any': (read) => read.keys({ service: 'rare', limit: 50 }),
  'overdue for rotation': (read) => read.overdueKeys(overdue),
  'to be recorded as expired': (read) => read.keysToExpire(NOON, 50),
  'at the end of their grace': (read) => read.keysToRetire(NOON, 50),
  'at the end of their grace, a later page': (read) =>
    read.keysToRetire(NOON, 50, { at: daysAfter(NOON, -1), id: some }),
  'to be forgotten': (read) => read.keysToForget(daysAfter(NOON, -400), 50),
  'expired and not replaced, for a digest': (read) => read.currentExpired(50),
  'owned by nobody': (read) => read.currentOwnerless(50),
  'without an end': (read) => read.currentWithoutEnd(50),
  'the names of all owners': (read) => read.ownersOfKeys(),
  'keys of an owner, a page': (read) => read.currentOfOwner('group:team-3', 5),
  'how many of a class are too old': (read) => read.countOlderThan('jwt', daysAfter(NOON, -400)),
  'how many end in each week of the next month': (read) => read.expiriesBetween([NOON, week, daysAfter(NOON, 14)]),
  'the last digest': (read) => read.lastDigest(),
  'the newest digests': (read) => read.digests(14),
  'the digests of the last days': (read) => read.digestsSince(daysAfter(NOON, -3)),
  'the messages of a digest': (read) => read.digestMessages('dig-2027-03-10'),
  'the keys of a message of a digest': (read) => read.digestItems('dig-2027-03-10', { part: 1, person: null }),
  'who was shown a key': (read) => read.impressionsOf(some),
  'who claimed a key': (read) => read.expiryClaimsOf(some),
  'the claim on a key': (read) => read.openExpiryClaim(some),
  'claims that are over': (read) => read.expiryClaimsDue(NOON, 50),
  'what is snoozed': (read) => read.openSnoozes(NOON),
  'whether a key is said to be unused': (read) => read.standingMark(some),
  'which keys are not in use': (read) => read.confirmedUnused([some]),
  'administrators of a provider': (read) => read.administrators('stoa'),
  'a page of keys': (read) => read.keys({ after: 'service-250', limit: 50 }),
  'versions of a name': (read) => read.versionsOf('service-3-3'),
  'a key by its name': (read) => read.keyBySlug('service-3-3'),
  'a key by its fingerprint': (read) => read.keyByFingerprint('0123456789ab'),
  'a key by its public id': (read) => read.keyByExternalRef('ledger', '0000000000000003'),
  'keys in use, the first to end': (read) => read.findKeys({}, { now: NOON, limit: 50 }),
  'keys of a service without any': (read) => read.findKeys({ service: 'rare' }, { now: NOON, limit: 50 }),
  'keys of an environment that nearly every key is of': (read) =>
    read.findKeys({ environment: 'production' }, { now: NOON, limit: 50 }),
  'keys of an owner in an environment': (read) =>
    read.findKeys({ owner: 'group:nobody', environment: 'production' }, { now: NOON, limit: 50 }),
  'keys of a class that expire within a week': (read) =>
    read.findKeys({ class: 'api_key', expiringWithinMs: 7 * DAY }, { now: NOON, limit: 50 }),
  'keys for a menu, by the beginning of a name': (read) => read.keysNamedLike('service-25', 50),
  'keys for a menu, by a word that few names have': (read) => read.keysNamedLike('12-5', 50),
  'keys for a menu, by an owner': (read) => read.keysNamedLike('team-7', 50),
  'keys for a menu, by nothing that there is': (read) => read.keysNamedLike('zebra', 50),
  'keys of an escalation': (read) => read.findKeys({ escalation: 'group:oncall' }, { now: NOON, limit: 50 }),
  'keys that are revoked': (read) => read.findKeys({ health: 'revoked' }, { now: NOON, limit: 50 }),
  'keys that a provider issues': (read) => read.findKeys({ provider: 'stoa' }, { now: NOON, limit: 50 }),
  'keys that replaced one': (read) => read.findKeys({ predecessor: some }, { now: NOON, limit: 50 }),
  'keys by a public id and its service': (read) =>
    read.findKeys({ publicId: '0000000000000003', service: 'rare' }, { now: NOON, limit: 50 }),
  'rotations that are due': (read) => read.dueRotations(NOON, 50),
  'rotations that are due, a later page': (read) =>
    read.dueRotations(NOON, 50, { at: daysAfter(NOON, -1), id: 'rot-1' }),
  'the open rotation of a name': (read) => read.openRotationOf('service-3-3'),
  'rotations of a name': (read) => read.rotationsOf('service-3-3', 50),
  'rotations of a name since': (read) => read.rotationsRequestedSince('service-3-3', daysAfter(NOON, -7)),
  'rotations that ended since': (read) => read.rotationsEndedSince(daysAfter(NOON, -7)),
  'the open rotations': (read) => read.openRotations(50),
  'the rotation of a run': (read) => read.rotationOfRun(RunId.parse('run-1')),
  'the items of a list of runs': (read) => read.fanOutItems(RunId.parse('run-1'), StepId.parse('fan')),
  'the runs that a run started': (read) => read.openChildren(RunId.parse('run-1')),
  'the runs above a run': (read) => read.ancestorsOf(RunId.parse('run-1')),
  'the runs that have a key in their hands': (read) => read.holdersOf(some),
  'the runs that a run waits for': (read) => read.waitsFor(RunId.parse('run-1')),
  'the newest open runs': (read) => read.newestRuns({ open: true, limit: 50 }),
  'the newest runs': (read) => read.newestRuns({ open: false, limit: 50 }),
  'the runs below a run, ended or not': (read) => read.childrenOf(RunId.parse('run-1')),
  'who settled a step in doubt': (read) => read.settlementsOf(RunId.parse('run-1'), 'mint'),
  'the claims of a key': (read) => read.claimsOfKey(some),
  'alarms since': (read) => read.alarmsSince(daysAfter(NOON, -7)),
  'the last alarm of a kind': (read) => read.lastAlarm(some, 'rotation_spike'),
  'sealed secrets of a key': (read) => read.secretsOfKey(some),
  'sealed secrets, a page': (read) => read.sealedSecrets('', 50),
  'notices of a key': (read) => read.noticesOfKey(some),
  'the newest lines of the audit': (read) => read.audit({ limit: 50 }),
  'an older page of the audit': (read) => read.audit({ before: 15_000, limit: 50 }),
  'the lines on a key': (read) => read.audit({ subject: `key:${some}`, limit: 50 }),
  'the lines of a run': (read) => read.audit({ run: RunId.parse('run-1'), limit: 50 }),
  'a piece of the chain': (read) => read.auditRange(100, 150),
  'the callers of a key': (read) => read.callersOf(some, daysAfter(NOON, -7)),
  'summaries that something was learned after': (read) =>
    read.summariesToRedraw({ since: daysAfter(NOON, -7), quietFrom: NOON }),
  'the approvals that are open': (read) => read.openApprovals(),
  'what a person is asked': (read) => read.openAsksFor(PersonId.parse('bob')),
  'how far a team is in its first week': (read) => read.firstWeekFacts(),
  'whether a checklist was put away': (read) => read.checklistDismissedBy(PersonId.parse('bob')),
  'how far the audit was checked': (read) => read.auditChecked(),
  'the last checkpoint': (read) => read.lastCheckpoint(),
  'the last comparison with a provider': (read) => read.lastSync(),
  'how many keys there are of each kind': (read) => read.keyCounts(),
};

// A scan of these reads what is asked for and nothing else: rows that are all in the answer or under way, or a page along its own order.
const OPEN = 'SCAN rotations USING INDEX rotations_one_open';
const HOME = 'SCAN approvals USING INDEX approvals_one_open_per_step|SCAN steps USING COVERING INDEX steps_waiting_for';
const LAST =
  'SCAN canaries USING (COVERING )?INDEX canaries_healthy|SCAN runbook_proofs USING (COVERING )?INDEX runbook_proofs_drilled|SCAN checkpoints|SCAN audit USING INDEX audit_synced';
const READ_WHOLE = new RegExp(
  `^(${HOME}|${LAST}|SCAN key_counts|SCAN keys USING INDEX keys_gone|SCAN digests USING INDEX digests_(one_a_day|by_time)|SCAN audit|SCAN runs USING INDEX runs_(open_)?newest|${OPEN})$`,
);

const folder = mkdtempSync(join(tmpdir(), 'rekey-plans-'));
const [small, large] = [join(folder, 'small.sqlite'), join(folder, 'large.sqlite')];
const digestOf = (material: string) => createHash('sha256').update(material).digest('hex');

beforeAll(async () => {
  await makeLedger(small, { keys: 1_000, lines: 2_000, expiring: 20, now: NOON, digestOf });
  await makeLedger(large, { keys: 20_000, lines: 40_000, expiring: 20, now: NOON, digestOf });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(Object.entries(QUESTIONS))('%s', (_name, ask) => {
  test('reads along an index, and sorts no more than it answers', async () => {
    const sqlite = new Database(large);
    const { reader, asked } = listeningReader(sqlite);
    await ask(reader);
    expect(asked.length).toBeGreaterThan(0);
    for (const query of asked) {
      const plan = planOf(sqlite, query);
      for (const line of plan.filter((one) => one.startsWith('SCAN'))) expect(line).toMatch(READ_WHOLE);
      // Sorting an answer that is given whole costs what the answer costs; sorting for a page of it reads everything.
      if (query.sql.includes(' limit ') && !plan.includes(OPEN))
        expect(plan).not.toContain('USE TEMP B-TREE FOR ORDER BY');
    }
    sqlite.close();
  });

  test.skipIf(!existsSync('/proc/self/io'))('reads no more of a ledger that is twenty times as large', async () => {
    const [few, many] = [await pagesRead(small, ask), await pagesRead(large, ask)];
    // A tree is one level deeper, and its leaves are filled differently.
    expect(many).toBeLessThanOrEqual(few + 60);
  });
});

/** Pages that SQLite takes from the file for one question on a connection that has read nothing before. */
async function pagesRead(file: string, ask: (read: Reader) => Promise<unknown>): Promise<number> {
  const sqlite = new Database(file, { readonly: true });
  const { reader } = listeningReader(sqlite);
  await reader.auditHead();
  const before = bytesRead();
  await ask(reader);
  const read = bytesRead() - before;
  sqlite.close();
  return read / 4_096;
}

function bytesRead(): number {
  return Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

test.skipIf(!existsSync('/proc/self/io'))(
  'a search by name reads the keys of such names, however many others there are',
  async () => {
    const rare = (read: Reader) =>
      read.findKeys({ name: 'service-3-3*', owner: 'group:team-3' }, { now: NOON, limit: 1 });
    expect(await pagesRead(large, rare)).toBeLessThanOrEqual((await pagesRead(small, rare)) + 60);
  },
);

test('a question that looks at every key would be noticed', async () => {
  const everyKey = (read: Reader) => read.findKeys({ name: 'service-*' }, { now: NOON, limit: 1 });
  expect(await pagesRead(large, everyKey)).toBeGreaterThan((await pagesRead(small, everyKey)) + 1_000);
});
