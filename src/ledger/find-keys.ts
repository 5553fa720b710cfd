import { type SqlBool, sql } from 'kysely';
import type { Key } from '../domain/key.ts';
import { byEnd, isNamed, type KeySearch, type SearchedState, searchedStates } from '../domain/key-search.ts';
import { stored } from './codec.ts';
import { keyFromRow } from './keys.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';

const BEHIND_Z = '{';
const allKeys = (db: LedgerDb) => db.selectFrom('keys').selectAll();
type Keys = ReturnType<typeof allKeys>;

// What finds few keys first: the question is led along the index of the first one that is given.
const LEADS = ['owner', 'escalation', 'service', 'provider', 'class', 'environment'] as const;
type Lead = (typeof LEADS)[number];

/** Keys by what is known of them, each state along its own stretch of an index, so that it costs what is found and not what there is. */
export function keySearchQueries(db: LedgerDb): Pick<LedgerReader, 'findKeys' | 'keysNamedLike' | 'keysOfProvider'> {
  return {
    keysNamedLike: (beginning, limit) => keysNamedLike(db, beginning, limit),
    keysOfProvider: async ({ provider, expiringBefore, after, limit }) => {
      let living = allKeys(db)
        .where('provider', '=', provider)
        .where('external_ref', '>', after ?? '')
        .where('state', 'in', ['active', 'retiring', 'suspended']);
      if (expiringBefore !== null) living = living.where('expires_at', '<', stored(expiringBefore));
      return (await living.orderBy('external_ref').limit(limit).execute()).map(keyFromRow);
    },
    findKeys: async (search, { now, limit }) => {
      const found: Key[] = [];
      for (const part of searchedStates(search, now)) found.push(...(await keysIn(db, { search, part, limit })));
      return found.sort(byEnd).slice(0, limit);
    },
  };
}

interface Part {
  search: KeySearch;
  part: SearchedState;
  limit: number;
}

async function keysIn(db: LedgerDb, { search, part, limit }: Part): Promise<Key[]> {
  const ofState = inState(matching(allKeys(db), search, leadOf(search, part)), search, part);
  // There are few of them whatever happens: one version, or the ones that took its place.
  const first = (keys: Keys) => (isNamed(search) ? keys : keys.limit(limit));
  // Every instant is behind the empty text.
  let dated = ofState.where('expires_at', '>', part.after === null ? '' : stored(part.after));
  if (part.upTo !== null) dated = dated.where('expires_at', '<=', stored(part.upTo));
  const rows = await first(isNamed(search) ? dated : dated.orderBy('expires_at')).execute();
  if (!part.undated || rows.length >= limit) return rows.map(keyFromRow);
  return [...rows, ...(await first(ofState.where('expires_at', 'is', null)).execute())].map(keyFromRow);
}

/** Keys in grace are few, and found along their own index; so are the ones that are named. */
function leadOf(search: KeySearch, { state }: SearchedState): Lead | null {
  if (state === 'retiring' || isNamed(search) || search.name !== undefined) return null;
  return LEADS.find((name) => search[name] !== undefined) ?? null;
}

function inState(keys: Keys, search: KeySearch, part: SearchedState): Keys {
  if (isNamed(search)) return keys.where(besides('state', part.state));
  const state = sql.lit(part.state);
  // A key in grace was replaced, and is still one that is in use.
  if (part.state === 'retiring') return keys.where(sql<SqlBool>`state = ${state}`);
  const current = keys.where('superseded_at', 'is', null);
  // Found by its name, as an index of states would lead through every key of that state.
  if (search.name !== undefined) return current.where(sql<SqlBool>`state || '' = ${state}`);
  return leadOf(search, part) === null
    ? current.where(sql<SqlBool>`coalesce(state, '') = ${state}`)
    : current.where(sql<SqlBool>`state = ${state}`);
}

function matching(all: Keys, search: KeySearch, lead: Lead | null): Keys {
  const { name, otherThan, predecessor, fingerprint, publicId, created } = search;
  let keys = all;
  for (const column of LEADS) {
    const wanted = search[column];
    if (wanted === undefined) continue;
    keys = column === lead ? keys.where(column, '=', wanted) : keys.where(besides(column, wanted));
  }
  if (name !== undefined) keys = named(keys, name, isNamed(search));
  if (otherThan !== undefined) keys = keys.where(sql<SqlBool>`coalesce(slug, '') <> ${otherThan}`);
  if (predecessor !== undefined) keys = keys.where('predecessor', '=', predecessor);
  if (publicId !== undefined) keys = keys.where('external_ref', '=', publicId);
  // 'g' follows the last hex digit, so this is every digest that begins with the fingerprint.
  if (fingerprint !== undefined) keys = keys.where('digest', '>=', fingerprint).where('digest', '<', `${fingerprint}g`);
  if (created !== undefined) keys = keys.where('created_at', '>=', stored(created.from));
  if (created?.before != null) keys = keys.where('created_at', '<', stored(created.before));
  return keys;
}

/** Asked of what another condition found. As an expression it tempts no planner to read another index from end to end. */
function besides(column: Lead | 'state', value: string) {
  return sql<SqlBool>`coalesce(${sql.ref(column)}, '') = ${value}`;
}

/** Each of the questions below goes along one index from where `beginning` stands in it, and no further than its limit. */
async function keysNamedLike(db: LedgerDb, beginning: string, limit: number): Promise<Key[]> {
  const current = allKeys(db)
    .where('superseded_at', 'is', null)
    .where((eb) =>
      // Never activated and replacing another: a replacement on its way, or one that was taken back.
      eb.or([eb('activated_at', 'is not', null), eb('predecessor', 'is', null)]),
    );
  const end = `${beginning}${BEHIND_Z}`;
  const byName = current.where('slug', '>=', beginning).where('slug', '<', end).orderBy('slug').limit(limit);
  const words = await db
    .selectFrom('key_words')
    .selectAll()
    .where('word', '>=', beginning)
    .where('word', '<', end)
    .orderBy('word')
    .orderBy('slug')
    .limit(limit)
    .execute();
  const slugs = [...new Set(words.map(({ slug }) => slug))];
  const rows = await byName.execute();
  if (rows.length < limit && slugs.length > 0) rows.push(...(await current.where('slug', 'in', slugs).execute()));
  for (const [column, from] of [
    ['service', beginning],
    ['owner', beginning],
    ['owner', `group:${beginning}`],
  ] as const)
    if (rows.length < limit)
      rows.push(
        ...(await current
          .where(column, '>=', from)
          .where(column, '<', `${from}${BEHIND_Z}`)
          .orderBy(column)
          .limit(limit)
          .execute()),
      );
  return [...new Map(rows.map((row) => [row.id, keyFromRow(row)])).values()].slice(0, limit);
}

function named(keys: Keys, pattern: string, isBesides: boolean): Keys {
  if (!pattern.includes('*')) return isBesides ? keys.where(besidesName(pattern)) : keys.where('slug', '=', pattern);
  const like = sql<SqlBool>`slug like ${likeOf(pattern)} escape '!'`;
  if (isBesides) return keys.where(like);
  const prefix = pattern.slice(0, pattern.indexOf('*'));
  return keys.where('slug', '>=', prefix).where('slug', '<', `${prefix}${BEHIND_Z}`).where(like);
}

function besidesName(slug: string) {
  return sql<SqlBool>`coalesce(slug, '') = ${slug}`;
}

function likeOf(pattern: string): string {
  return pattern.replace(/[!%_]/g, '!$&').replaceAll('*', '%');
}
