import { ageDaysOf, oldestAllowed } from '../../domain/compliance.ts';
import type { Candidate } from '../../domain/digest/compose.ts';
import type { Section } from '../../domain/digest/digest.ts';
import type { Key } from '../../domain/key.ts';
import { peopleNamed } from '../../domain/policy.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { type Rules, ruleOf } from './deps.ts';

const DAY_MS = 24 * 3_600_000;
const AHEAD_MS = 30 * DAY_MS;
const URGENT_MS = 7 * DAY_MS;
/** Beyond this nothing is counted any more; that there is more is said. */
const MOST_ENDING = 2_000;
/** A debt is not urgent: some of it every day, and the list of all of it is elsewhere. */
const MOST_DEBT = 20;
const MOST_OPEN = 10_000;

interface Found {
  key: Key;
  debt: Candidate['debt'];
}

/** Every key that a digest may show now, and the sections of which there are more. It reads the keys that end or lack something, never all. */
export async function candidatesNow(
  read: LedgerReader,
  rules: Rules,
  since: Date,
): Promise<{ candidates: Candidate[]; more: Section[] }> {
  const pages = [
    await ending(read, rules),
    await ended(read),
    await withoutOwner(read),
    await ownedByNobody(read, rules),
    await withoutEnd(read, rules),
    await tooOld(read, rules),
    await stillTried(read, since),
  ];
  const found = pages.flatMap((page) => page.found);
  const more = [...new Set(pages.filter((page) => page.isCut).map((page) => page.section))];
  return { candidates: await judged(found, read, rules), more };
}

interface Page {
  section: Section;
  found: Found[];
  isCut: boolean;
}

function page(section: Section, found: readonly Found[], most: number): Page {
  return { section, found: found.slice(0, most), isCut: found.length > most };
}

async function ending(read: LedgerReader, { now }: Rules): Promise<Page> {
  const keys = await read.currentExpiringBefore(new Date(now.getTime() + AHEAD_MS), { limit: MOST_ENDING + 1 });
  return page(
    'days_30',
    keys.map((key) => ({ key, debt: null })),
    MOST_ENDING,
  );
}

async function ended(read: LedgerReader): Promise<Page> {
  const keys = await read.currentExpired(MOST_ENDING + 1);
  return page(
    'expired',
    keys.map((key) => ({ key, debt: null })),
    MOST_ENDING,
  );
}

async function withoutOwner(read: LedgerReader): Promise<Page> {
  const keys = await read.currentOwnerless(MOST_DEBT + 1);
  const found = keys.map((key) => owing(key, 'missing_owner', key.expiresAt === null ? 'and no expiry date' : null));
  return page('missing_owner', found, MOST_DEBT);
}

/** An owner whom policy.yaml does not know is none: nobody would hear of the key. */
async function ownedByNobody(read: LedgerReader, { policy }: Rules): Promise<Page> {
  const found: Found[] = [];
  for (const owner of await read.ownersOfKeys()) {
    if (found.length > MOST_DEBT || peopleNamed(policy, [owner], NOBODY).size > 0) continue;
    const keys = await read.currentOfOwner(owner, MOST_DEBT + 1 - found.length);
    found.push(...keys.map((key) => owing(key, 'missing_owner', `policy.yaml does not know ${owner}`)));
  }
  return page('missing_owner', found, MOST_DEBT);
}

const NOBODY = { owner: null, escalation: null };

async function withoutEnd(read: LedgerReader, rules: Rules): Promise<Page> {
  const keys = await read.currentWithoutEnd(MOST_DEBT + 1);
  // Of a class without warnings nobody is told when it ends, so nobody misses the date.
  const found = keys.filter((key) => ruleOf(key.class, rules).warnDays.length > 0);
  return page(
    'missing_expiry',
    found.map((key) => owing(key, 'missing_expiry', null)),
    MOST_DEBT,
  );
}

async function tooOld(read: LedgerReader, rules: Rules): Promise<Page> {
  const found: Found[] = [];
  for (const [keyClass, { maxAgeDays }] of rules.rules) {
    if (maxAgeDays === null || keyClass === 'ephemeral') continue;
    const activatedBefore = oldestAllowed(maxAgeDays, rules.now);
    const keys = await read.overdueKeys({ class: keyClass, activatedBefore, limit: MOST_DEBT + 1 });
    found.push(
      ...keys.map((key) => owing(key, 'too_old', `${ageDaysOf(key, rules.now)} days old, ${maxAgeDays} allowed`)),
    );
  }
  return page('too_old', found, MOST_DEBT);
}

/** Revoked and expired keys that somebody still calls with. */
async function stillTried(read: LedgerReader, since: Date): Promise<Page> {
  const uses = Map.groupBy(await read.usesOfDeadKeys(since), (use) => use.key);
  const found: Found[] = [];
  for (const [id, ofKey] of [...uses].slice(0, MOST_DEBT + 1)) {
    const key = await read.key(id);
    const callers = ofKey.slice(0, 3).map(({ caller, accepted, rejected }) => `${caller} (${accepted + rejected})`);
    const besides = ofKey.length > 3 ? ` and ${ofKey.length - 3} more` : '';
    if (key !== null) found.push(owing(key, 'still_tried', `still tried by ${callers.join(', ')}${besides}`));
  }
  return page('still_tried', found, MOST_DEBT);
}

function owing(key: Key, section: NonNullable<Candidate['debt']>['section'], note: string | null): Found {
  return { key, debt: { section, note } };
}

/** With what people said of them, and whether something takes care of them already. */
async function judged(found: readonly Found[], read: LedgerReader, rules: Rules): Promise<Candidate[]> {
  const snoozes = new Map((await read.openSnoozes(rules.now)).map(({ key, until }) => [key, until]));
  const unused = new Set(await read.confirmedUnused(found.map(({ key }) => key.id)));
  const rotating = new Set((await read.openRotations(MOST_OPEN)).map(({ key }) => key));
  // An emergency has it in its hands. Asked of what is urgent only: nobody is called for the others.
  for (const id of await read.keysInHand(found.filter(({ key }) => isUrgent(key, rules)).map(({ key }) => key.id)))
    rotating.add(id);
  return found.map(({ key, debt }) => ({
    key,
    debt,
    rule: ruleOf(key.class, rules),
    snoozedUntil: snoozes.get(key.id) ?? null,
    unused: unused.has(key.id),
    rotating: rotating.has(key.id),
  }));
}

function isUrgent({ expiresAt }: Pick<Key, 'expiresAt'>, { now }: Rules): boolean {
  return expiresAt !== null && expiresAt.getTime() - now.getTime() <= URGENT_MS;
}
