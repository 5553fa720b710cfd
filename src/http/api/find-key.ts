import type { ApiScope } from '../../domain/authority.ts';
import { KeyId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { didYouMean } from '../../runbook/suggest.ts';
import { assertScope, assertService } from './caller.ts';
import type { ApiContext } from './endpoint.ts';

const NEIGHBOURS = 50;
const SAME_BEGINNING = 3;

/**
 * The key of this id or slug, if the caller's scope covers its service. Refusal `unknown_key` names a near slug: among the next ones in the
 * alphabet only, because whoever guesses must not make the ledger read itself.
 */
export async function findKey(context: ApiContext, name: string, scope: ApiScope): Promise<Key> {
  const { read } = context.deps.ledger;
  const key = (await read.key(KeyId.parse(name))) ?? (await read.keyBySlug(name));
  if (key === null)
    throw new Refusal('unknown_key', `There is no key of this id or slug.${await hint(context, name, scope)}`);
  assertService(context.caller, scope, key.service);
  return key;
}

async function hint({ deps, caller }: ApiContext, name: string, scope: ApiScope): Promise<string> {
  const services = assertScope(caller, scope);
  const near = await neighbours(deps.ledger.read, name);
  const known = near.filter((key) => services === 'all' || services.includes(key.service)).map(({ slug }) => slug);
  const meant = didYouMean(name, known);
  return meant === null ? '' : ` Did you mean ${meant}?`;
}

function neighbours(read: LedgerReader, name: string): Promise<Key[]> {
  return read.keys({ after: name.slice(0, SAME_BEGINNING), limit: NEIGHBOURS });
}
