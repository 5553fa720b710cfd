import type { Candidate } from '../../domain/digest/compose.ts';
import { composeDigest, partsOf } from '../../domain/digest/compose.ts';
import { ALARMING, type Digest, type DigestKind, type Left, type Section } from '../../domain/digest/digest.ts';
import { isInReach, type Reach } from '../../domain/reach.ts';
import type { DigestsDeps, Rules } from './deps.ts';
import { figuresNow, isEmpty } from './figures.ts';
import { candidatesNow } from './gather.ts';
import { notesNow } from './notes.ts';

const DAY_MS = 24 * 3_600_000;
const FURTHEST_BACK_MS = 7 * DAY_MS;
/** Since then everybody has heard of it; from then on its owner is mentioned, and no longer the whole channel. */
const NEWS_MS = 7 * DAY_MS;

export interface Wanted {
  id: string;
  day: string;
  kind: DigestKind;
  dueAt: Date;
  /** Whose keys are in it. */
  reach: Reach;
}

/** The digest as the ledger is now. It only reads. */
export async function makeDigest(deps: DigestsDeps, rules: Rules, { reach, ...wanted }: Wanted): Promise<Digest> {
  const { read } = deps.ledger;
  const { now, policy } = rules;
  const found = await candidatesNow(read, rules, await sinceLast(deps, now));
  const candidates = found.candidates.filter(({ key }) => isInReach(reach, key));
  const { items, left } = composeDigest(candidates, { policy, now });
  const notes = await notesNow(read, rules, reach);
  const figures = wanted.kind === 'weekly' ? await figuresNow(deps, rules) : null;
  return {
    ...wanted,
    ranAt: now,
    channel: policy.digest.channel ?? null,
    parts: partsOf(items, notes.length > 0),
    keys: items.length,
    more: leftOf(left, found.more),
    notes,
    figures: figures === null || isEmpty(figures) ? null : figures,
    mentionChannel: policy.digest.mention_channel && isNews(items, { candidates, now }),
    items,
  };
}

/** What did not fit, and the sections of which the ledger was not asked for everything. */
function leftOf(counted: readonly Left[], cut: readonly Section[]): Left[] {
  const sections = [...new Set([...counted.map(({ section }) => section), ...cut])];
  return sections.map((section) => ({
    section,
    count: counted.find((one) => one.section === section)?.count ?? 0,
    isAll: !cut.includes(section),
  }));
}

/** Dead keys are looked for since the last digest: each call with one is told once. */
async function sinceLast({ ledger }: DigestsDeps, now: Date): Promise<Date> {
  const last = await ledger.read.lastDigest();
  const since = last?.ranAt.getTime() ?? now.getTime() - DAY_MS;
  return new Date(Math.max(since, now.getTime() - FURTHEST_BACK_MS));
}

/** Whether a key has a day left or has expired lately, and nothing takes care of it. */
function isNews(items: Digest['items'], { candidates, now }: { candidates: readonly Candidate[]; now: Date }): boolean {
  const ends = new Map(candidates.map(({ key, rotating }) => [key.id, rotating ? null : key.expiresAt]));
  return items.some(({ key, section }) => {
    const end = ends.get(key) ?? null;
    return ALARMING.includes(section) && end !== null && now.getTime() - end.getTime() <= NEWS_MS;
  });
}
