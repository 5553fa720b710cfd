import { rawLedger } from './ledger-file.ts';

/** Copies of the key `key-young` under names of their own, straight into the table: keys that nothing is to be done about. */
export function multiplyYoung(file: string, times: number): void {
  const raw = rawLedger(file);
  const columns = raw.pragma('table_info(keys)') as { name: string }[];
  const copied = columns.map(({ name }) =>
    ['id', 'slug', 'external_ref', 'digest'].includes(name) ? `${name} || '-' || n` : name,
  );
  raw.exec(`insert into keys (${columns.map(({ name }) => name)})
    with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${times})
    select ${copied} from keys, numbers where id = 'key-young'`);
}
