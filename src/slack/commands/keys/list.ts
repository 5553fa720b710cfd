import { spanText } from '../../../domain/duration.ts';
import { healthOf, type Key, KeyClass } from '../../../domain/key.ts';
import type { KeySearch } from '../../../domain/key-search.ts';
import { type Reach, reachOf } from '../../../domain/reach.ts';
import { didYouMean } from '../../../runbook/suggest.ts';
import { countOf, findWithin, keyRows, MOST_FOUND } from '../../load/found-keys.ts';
import type { Desk, Moment } from '../../moment.ts';
import { KEYS_PAGE, keysList } from '../../views/keys-list.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import { ownerNamed } from '../person-named.ts';
import type { Token } from '../tokens.ts';
import { assertNoMore, malformed, shown, slugOf, spanOf, splitNamed } from '../words.ts';
import { KeysQuery, tokenOf } from './query.ts';

const LIST = '/keys list service=payments-api health=expiring';
const EXPIRING = '/keys expiring within 30d';
const NAMES = ['service', 'env', 'owner', 'health', 'class'] as const;
const ALSO = new Map([['environment', 'env']] as const);

export const listVerb: Verb = {
  verb: 'list',
  also: ['ls'],
  example: 'list service=payments-api health=expiring',
  help: 'what ends first first; by service, env, owner, health, class, or the beginning of a name',
  offered: mayWithSomeKey('read'),
  run: async (words, moment, desk) => showKeys({ ...(await filtersIn(words, moment, desk)), page: 0 }, moment, desk),
};

export const expiringVerb: Verb = {
  verb: 'expiring',
  example: 'expiring within 30d',
  help: 'whose time is over or soon will be, soonest first',
  offered: mayWithSomeKey('read'),
  run: async (words, moment, desk) => {
    const [first, ...rest] = words;
    const isWithin = first?.quoted === false && first.text.toLowerCase() === 'within';
    const [span, ...others] = isWithin ? rest : words;
    if (isWithin && span === undefined) throw malformed('after within comes a span of time', EXPIRING);
    const isGiven = isWithin || isSpan(span);
    const expiringWithinMs = spanOf(isGiven && span !== undefined ? span.text : '30d', EXPIRING);
    return showKeys(
      { ...(await filtersIn(isGiven ? others : words, moment, desk)), expiringWithinMs, page: 0 },
      moment,
      desk,
    );
  },
};

function isSpan(token: Token | undefined): boolean {
  return token !== undefined && /^\d{1,5}(m|min|h|d|w)$/i.test(token.text);
}

async function filtersIn(words: readonly Token[], { person }: Moment, desk: Desk): Promise<Omit<KeysQuery, 'page'>> {
  const { words: others, named } = splitNamed(words, { names: NAMES, also: ALSO, example: LIST });
  const [name, ...more] = others;
  assertNoMore(more, LIST);
  const { service, env, owner, health, class: keyClass } = named;
  const who = owner === 'me' ? person : owner;
  return {
    ...(service !== undefined && { service }),
    ...(env !== undefined && { environment: env }),
    ...(who !== undefined && {
      owner: ownerNamed({ text: who, quoted: false }, (await desk.policy()).policy, LIST),
    }),
    ...(health !== undefined && { health: oneOf(KeysQuery.shape.health.unwrap().options, health, 'health') }),
    ...(keyClass !== undefined && { class: oneOf(KeyClass.options, keyClass, 'class') }),
    ...(name !== undefined && { name: slugOf(name, LIST).toLowerCase() }),
  };
}

function oneOf<Word extends string>(known: readonly Word[], word: string, what: string): Word {
  const found = known.find((one) => one === word.toLowerCase());
  if (found !== undefined) return found;
  const meant = didYouMean(word, known);
  const hint = meant === null ? `expected ${known.join(', ')}` : `did you mean ${meant}?`;
  throw malformed(`"${shown(word)}" is no ${what}: ${hint}`, LIST);
}

/** One page of what this person may read. */
export async function showKeys({ page, ...search }: KeysQuery, moment: Moment, desk: Desk): Promise<void> {
  const reach = reachOf((await desk.policy()).policy, 'read', moment.person);
  const found = await findWithin(desk, reach, search);
  const from = page * KEYS_PAGE;
  const isLast = from + KEYS_PAGE >= found.length;
  await moment.show(
    keysList({
      summary: await summaryOf(found, { reach, search, desk }),
      rows: await keyRows(found.slice(from, from + KEYS_PAGE), desk),
      note: noteOn(found, { from, isLast }),
      next: isLast ? null : tokenOf({ ...search, page: page + 1 }),
    }),
  );
}

async function summaryOf(
  found: readonly Key[],
  { reach, search, desk }: { reach: Reach; search: KeySearch; desk: Desk },
): Promise<string> {
  if (found.length === 0)
    return reach.kind === 'all' ? 'No key is like that.' : 'No key is like that, of those that you may read.';
  const now = desk.now();
  const counted = found.length < MOST_FOUND ? found.length : await countOf(desk, reach, search);
  const total = counted === null ? `${MOST_FOUND} or more keys` : `${counted} ${counted === 1 ? 'key' : 'keys'}`;
  const of = (health: string) => found.filter((key) => healthOf(key, now) === health).length;
  const bad = (['revoked', 'expired', 'expiring'] as const).flatMap((health) =>
    of(health) === 0 ? [] : [`${of(health)} ${health}`],
  );
  const within = search.expiringWithinMs === undefined ? '' : ` ending within ${spanText(search.expiringWithinMs)}`;
  return `${total}${within}: ${bad.join(', ') || 'all healthy'}`;
}

function noteOn(found: readonly Key[], { from, isLast }: { from: number; isLast: boolean }): string | null {
  if (found.length === 0) return 'Narrow it down less, or look for a part of a name: /keys list pay';
  const shownTo = Math.min(from + KEYS_PAGE, found.length);
  const where = from === 0 && isLast ? null : `${from + 1} to ${shownTo}.`;
  if (!isLast || found.length < MOST_FOUND) return where;
  return `${where ?? ''} There may be more: narrow it down with service=, env=, owner=, health= or class=.`;
}
