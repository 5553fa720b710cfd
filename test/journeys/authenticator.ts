import { TOTP } from 'otpauth';
import { openSecondFactors } from '../../src/engine/second-factor/second-factors.ts';
import { loadKeyFiles } from '../../src/providers/key-files.ts';
import type { Stage } from './stage.ts';

/** The phone of one person: a link from bob, the page over HTTP, and from then on a code every thirty seconds. */
export interface Phone {
  code: () => string;
}

/** Opens the one-time page with a link that bob made, as a browser would; the first code is for its owner to type. */
export async function scans(person: string, { serving, now, keysDir }: Stage): Promise<Phone> {
  const { deps, url } = serving();
  const { pepper } = loadKeyFiles(keysDir);
  const origin = { actor: 'person:bob', channel: 'cli', dedupe: { source: 'cli', id: `invite-${person}` } } as const;
  const { token } = await openSecondFactors({ ...deps, pepper }).invite({ ...origin, person: person as never });
  const answer = await fetch(`${url}/second-factor/reveal`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: token.reveal() }),
  });
  const { seed } = (await answer.json()) as { seed: string };
  const totp = new TOTP({ secret: seed.replaceAll(' ', '') });
  return { code: () => totp.generate({ timestamp: now().getTime() }) };
}
