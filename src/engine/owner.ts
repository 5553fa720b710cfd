import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** Names this process as a holder of leases: `<host>:<pid>:<random>`. */
export function leaseOwner(): string {
  return `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`;
}

/**
 * True when the process behind a lease is known to be gone: it ran on this host and its pid is not there any more. A lease from another
 * host, or of a pid that was given to another program, is waited out; the epoch fences in any case.
 */
export function ownerIsGone(owner: string): boolean {
  const [host, pid] = owner.split(':');
  if (host !== hostname() || pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
