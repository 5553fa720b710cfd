import type { Key } from './key.ts';

/** Among the versions of a name: the newest one after `key` that is not revoked, to which its callers and peers move; else `key` itself. */
export function awaitedVersion(key: Key, versions: readonly Key[]): Key {
  const open = versions.filter((one) => one.state !== 'revoked' && one.version > key.version);
  return open.sort((a, b) => b.version - a.version)[0] ?? key;
}
