import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { type Env, SECRETS } from '../../environment.ts';
import { loadKeyFiles } from '../../providers/key-files.ts';
import { loadPolicy } from '../../runbook/policy-file.ts';
import { hookSecret } from '../../triggers/hook-secrets.ts';
import { counted } from '../print.ts';
import { type Check, look, ok, problem, skipped } from './check.ts';

/** Master key and pepper: there, ours alone, and neither example nor twin. */
export function keyFilesCheck({ keysDir }: Config): Promise<Check> {
  return look('key files', () => {
    const { masterKey, pepper } = loadKeyFiles(keysDir);
    return ok(`master key ${masterKey.id} and pepper ${pepper.id} in ${keysDir}, private`);
  });
}

/** Whatever else holds a secret because the configuration says so: `.env` and the files behind NAME_FILE. */
export function secretFilesCheck(env: Env): Promise<Check> {
  return look('secret files', () => {
    const named = SECRETS.flatMap((name) => env[`${name}_FILE`] ?? []);
    const there = ['.env', ...named].filter((file) => existsSync(file));
    const open = there.filter((file) => (statSync(file).mode & 0o077) !== 0);
    if (there.length === 0) return skipped('no .env and no NAME_FILE; secrets come from the environment');
    if (open.length === 0) return ok(`${there.join(', ')}: readable by their owner only`);
    return problem(`${open.join(', ')}: readable by others`, [`Type: chmod 600 ${open.join(' ')}`]);
  });
}

/** Each hook that the policy allows needs a secret, and each secret a hook in the policy. */
export function hooksCheck({ keysDir, runbooksDir }: Config): Promise<Check> {
  return look('hook secrets', async () => {
    const { policy } = await loadPolicy(runbooksDir).catch(() => ({ policy: null }));
    if (policy === null) return skipped('the policy cannot be read, so nobody may raise an alert');
    const folder = join(keysDir, 'hooks');
    const allowed = Object.keys(policy.hooks);
    const files = existsSync(folder) ? readdirSync(folder) : [];
    const names = [...new Set([...allowed, ...files])].sort();
    const todo: string[] = [];
    let ready = 0;
    for (const name of names) {
      const advice = adviceFor(name, { keysDir, isAllowed: allowed.includes(name) });
      if (advice === null) ready += 1;
      else todo.push(advice);
    }
    if (todo.length > 0) return problem(`${ready} of ${counted(names.length, 'hook')} ready`, todo);
    return names.length === 0
      ? skipped('policy.yaml names no hooks; nothing outside can open an incident')
      : ok(`${names.join(', ')}: ready`);
  });
}

function adviceFor(name: string, { keysDir, isAllowed }: { keysDir: string; isAllowed: boolean }): string | null {
  const file = join(keysDir, 'hooks', name);
  if (!isAllowed && name !== 'bounces')
    return `${name}: has a secret and no line under \`hooks\` in policy.yaml. Add it there, or remove ${file}`;
  try {
    if (hookSecret(keysDir, name) !== null) return null;
    return `${name}: has no secret. Type: mkdir -p -m 700 ${join(keysDir, 'hooks')} && (umask 077; openssl rand -hex 32 > ${file})`;
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
