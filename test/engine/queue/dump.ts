import { Redis } from 'ioredis';
import { Client } from 'pg';

export type Select = (sql: string) => Promise<{ rows: Record<string, unknown>[] }>;

/** All rows of all tables of BullMQ's schema. */
export async function dumpTables(select: Select): Promise<string> {
  const { rows: tables } = await select(`SELECT tablename FROM pg_tables WHERE schemaname = 'bullmq'`);
  const contents = [];
  for (const { tablename } of tables) contents.push((await select(`SELECT * FROM bullmq."${tablename}"`)).rows);
  return JSON.stringify(contents, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
}

/** What each job carries, in the order of their making. */
export async function jobsInTables(select: Select): Promise<unknown[]> {
  return (await select('SELECT data FROM bullmq.job ORDER BY seq')).rows.map((row) => row.data);
}

export async function onPostgres<T>(url: string, read: (select: Select) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await read((sql) => client.query(sql));
  } finally {
    await client.end();
  }
}

/** Redis' own serialization of every key, in which short texts stand as they are. */
export async function dumpRedis(url: string): Promise<string> {
  return await onRedis(url, async (client) => {
    const keys = await client.keys('*');
    const contents = await Promise.all(keys.map((key) => client.dumpBuffer(key)));
    return keys.concat(contents.map((content) => `${content?.toString('latin1')}`)).join('\n');
  });
}

export async function jobsInRedis(url: string): Promise<unknown[]> {
  return await onRedis(url, async (client) => {
    const jobs = [];
    for (const key of await client.keys('*')) {
      const fields = (await client.type(key)) === 'hash' ? await client.hgetall(key) : {};
      if (fields.data !== undefined) jobs.push({ data: JSON.parse(fields.data), at: Number(fields.timestamp) });
    }
    return jobs.sort((a, b) => a.at - b.at).map((job) => job.data);
  });
}

async function onRedis<T>(url: string, read: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await read(client);
  } finally {
    client.disconnect();
  }
}
