import type { UpdateResult } from 'kysely';

/** An event about a row that is not there (or is over) fails its whole transaction: otherwise the audit would tell of a change that never was. */
export async function changeOne(
  change: { executeTakeFirst: () => Promise<UpdateResult | undefined> },
  what: string,
): Promise<void> {
  const result = await change.executeTakeFirst();
  if (result?.numUpdatedRows !== 1n) throw new Error(`The ledger has no ${what} that could be changed.`);
}
