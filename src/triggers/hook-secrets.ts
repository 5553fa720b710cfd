import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import { Secret } from '../secret.ts';

/** The secret of a hook: the content of `<keysDir>/hooks/<name>`, mode 0600. Null when there is no such hook. */
export function hookSecret(keysDir: string, name: string): Secret | null {
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name)) return null;
  const file = join(keysDir, 'hooks', name);
  if (!existsSync(file)) return null;
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o077) !== 0)
    throw new Refusal(
      'file_mode',
      `${file} must be readable by its owner only (0600); it is 0${mode.toString(8)}. Type: chmod 600 ${file}`,
    );
  const text = readFileSync(file, 'utf8').trim();
  if (text.length < 32)
    throw new Refusal('weak_hook_secret', `${file} holds ${text.length} characters; a hook secret has at least 32.`);
  return new Secret(text);
}
