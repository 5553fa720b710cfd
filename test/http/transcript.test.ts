import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { daysAfter, NOON } from '../support/builders.ts';
import { anHttpWorld } from '../support/http-world.ts';
import { allowResponses } from './api-client.ts';

const DOC = fileURLToPath(new URL('../../docs/api.md', import.meta.url));
const [FROM, TO] = ['<!-- transcript: written by test/http/transcript.test.ts -->\n', '<!-- end of transcript -->'];

/** `old key` → what stands for it in the document. */
type Shown = Map<string, string>;

function masked(text: string, shown: Shown): string {
  const plain = [...shown].reduce((so, [secret, name]) => so.replaceAll(secret, name), text);
  // Ids are made up anew each time; in the document they are always the same.
  const ids = new Map<string, string>();
  return plain.replaceAll(/\b(key|rot|clm)-[a-z0-9]{10}\b/g, (id, kind: string) => {
    if (!ids.has(id)) ids.set(id, `${kind}-${'abcdefghij'.charAt(ids.size).repeat(10)}`);
    return ids.get(id) ?? id;
  });
}

test('the four steps of a rotation are what docs/api.md shows (S1-04, S1-05, S1-08, S1-09)', async () => {
  const world = await anHttpWorld();
  allowResponses(world);
  const { material: old } = await world.issue({ delivery: null });
  const { material: token } = await world.issue({
    slug: 'ci-deployer',
    service: 'ci',
    scopes: ['keys:rotate', 'keys:create@payments', 'keys:read', 'keys:verify'],
    rateLimit: null,
    expiresAt: null,
  });
  const shown: Shown = new Map([[old, 'rekey_live_3vTq9LmRx6ZbKc5W_…']]);
  const lines: string[] = [];
  const say = (text: string) => lines.push(text, '');
  const curl = async (method: string, path: string, body?: object) => {
    const text = body === undefined ? '' : JSON.stringify(body, null, 1).replaceAll(/\n */g, ' ');
    const answer = await fetch(`${world.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(text === '' ? {} : { body: text }),
    });
    const told = await answer.text();
    const json = JSON.parse(told);
    const post = text === '' ? '' : ` -X POST \\\n  -H "Content-Type: application/json" -d '${text}'`;
    say(`\`\`\`sh\ncurl "$REKEY_URL${path}" -H "Authorization: Bearer $TOKEN"${post}\n\`\`\``);
    return { json, show: () => say(`\`\`\`json\n${JSON.stringify(json, null, 2)}\n\`\`\``) };
  };

  say('**1. Rotate.** Both keys work from now on; the new one is in this answer and in no other.');
  const rotate = { grace_period_hours: 24, reason: 'quarterly', delivery: 'response' };
  const rotated = await curl('POST', '/v1/keys/payments-prod/rotate', rotate);
  const fresh: string = rotated.json.new_api_key;
  shown.set(fresh, 'rekey_live_8ZkQ2mXw4vBn7RtL_…').set(fresh.slice(0, 27), 'rekey_live_8ZkQ2mXw4vBn7RtL');
  rotated.show();

  say('**2. Update your applications.** Until then the old key is accepted, and the answer says until when.');
  const inGrace = await curl('POST', '/v1/keys/verify', { key: old, caller: 'checkout' });
  inGrace.show();
  (await curl('POST', '/v1/keys/verify', { key: fresh, caller: 'checkout' })).show();

  say('**3. Verify the rotation.**');
  const facts = await curl('GET', '/v1/keys/payments-prod/rotation');
  facts.show();

  say('**4. When the grace period is over**, the old key is refused at once; nobody has to do anything.');
  world.setNow(daysAfter(NOON, 1));
  const after = await curl('POST', '/v1/keys/verify', { key: old, caller: 'checkout' });
  after.show();

  expect([inGrace.json.status, after.json.status]).toEqual(['retiring', 'expired']);
  expect(facts.json).toMatchObject({
    has_previous_key: true,
    previous_key_expires_at: daysAfter(NOON, 1).toISOString(),
  });
  const transcript = masked(`${lines.join('\n')}\n`, shown);
  for (const secret of [old, fresh, token]) expect(transcript).not.toContain(secret.slice(28));
  const doc = readFileSync(DOC, 'utf8');
  const [start, end] = [doc.indexOf(FROM) + FROM.length, doc.indexOf(TO)];
  if (process.env.WRITE_DOCS !== undefined) writeFileSync(DOC, doc.slice(0, start) + transcript + doc.slice(end));
  // When this differs on purpose: WRITE_DOCS=1 writes the document anew.
  else expect(doc.slice(start, end)).toBe(transcript);
});
