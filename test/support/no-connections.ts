import { Refusal } from '../../src/errors.ts';
import type { Connection } from '../../src/providers/connections.ts';

/** For tests that call nothing outside. */
export async function noConnections(name: string): Promise<Connection> {
  throw new Refusal('unknown_connection', `There is no connection ${name} here.`);
}
