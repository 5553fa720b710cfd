import { createHmac } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import { aKey } from '../support/builders.ts';
import { freePort } from '../support/free-port.ts';
import { aSlackWorld, OPS, SIGNING_SECRET, says, textOf } from './support.ts';

/** Rekey on signed HTTP. Its clock and Slack's are the machine's: signatures are about real time. */
async function anHttpRoom() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/slack/events`;
  const manifest = slackManifest({ httpUrl: url });
  const slackWorld = await aSlackWorld({ workspace: { manifest, signingSecret: SIGNING_SECRET, requestUrl: url } });
  const { deps, start, rekey, workspace, world } = slackWorld;
  world.pass(Date.now() - world.now().getTime());
  const config = {
    ...deps.config,
    mode: 'http' as const,
    appToken: null,
    signingSecret: new Secret(SIGNING_SECRET),
    port,
  };
  const rotated = vi.fn(deps.engine.rotate);
  const slack = await start({ config, engine: { ...deps.engine, rotate: rotated } });
  const runs = () => rekey.ledger.read.runsOfKey(aKey().id);
  return { ...slackWorld, url, slack, rotated, runs, body: bodyOf(workspace.teamId) };
}

function bodyOf(team: string) {
  let presses = 0;
  return (more: Record<string, string> = {}) => {
    presses += 1;
    const fields = {
      team_id: team,
      channel_id: OPS,
      user_id: 'U0ALICE',
      command: '/rotate-key',
      text: 'payments-prod expired',
      trigger_id: `trigger-${presses}`,
    };
    return new URLSearchParams({ ...fields, ...more }).toString();
  };
}

const now = () => Math.floor(Date.now() / 1_000);

function signed(body: string, { at = now(), secret = SIGNING_SECRET } = {}): Record<string, string> {
  const signature = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex');
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': String(at),
    'x-slack-signature': `v0=${signature}`,
  };
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<number> {
  const answer = await fetch(url, { method: 'POST', body, headers });
  await answer.arrayBuffer();
  return answer.status;
}

describe('signed HTTP', () => {
  test('carries a whole conversation', async () => {
    const { workspace, slack } = await anHttpRoom();
    await vi.waitFor(() => expect(slack.ready()).toMatchObject({ ok: true }));
    expect(await workspace.verifyRequestUrl()).toBe(true);
    const [alice, bob] = [workspace.person('U0ALICE'), workspace.person('U0BOB')];
    expect(await alice.command(OPS, '/rotate-key payments-prod exploited because "in a gist"')).toEqual({ ok: true });
    await alice.waitForMessage(says('Started for payments-prod'));
    const card = await bob.waitForMessage(says('Approval needed'));
    await bob.click(card, 'review');
    const modal = await bob.waitForView((view) => view.callbackId === 'review');
    const field = modal.blocks.find((block) => block.block_id.startsWith('decision-'))?.block_id ?? '';
    expect(await bob.submit(modal, { [field]: 'approve' })).toEqual({ ok: true });
    await bob.waitForMessage((message) => message.ts === card.ts && says('Approved')(message));
    expect(textOf(await bob.openHome())).toContain('Rekey for Bob');
  });

  test('takes a request once, however often it is sent, and also with a charset', async () => {
    const { url, body, rotated, deps } = await anHttpRoom();
    const request = body();
    const headers = signed(request);
    for (let again = 0; again < 5; again++) expect(await post(url, request, headers)).toBe(200);
    const withCharset = body();
    expect(
      await post(url, withCharset, {
        ...signed(withCharset),
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      }),
    ).toBe(200);
    await vi.waitFor(async () => expect(await deps.inbox.unhandled('slack:')).toEqual([]));
    expect(rotated).toHaveBeenCalledTimes(2);
  });

  test('takes requests that are up to five minutes off, in both directions', async () => {
    const { url, body } = await anHttpRoom();
    for (const off of [-295, 295]) {
      const request = body({ text: 'help' });
      expect(await post(url, request, signed(request, { at: now() + off }))).toBe(200);
    }
  });
});

describe('what signed HTTP does not handle', () => {
  test.each([
    ['an unsigned request', (body: string) => ({ ...signed(body), 'x-slack-signature': '' })],
    [
      'a request signed with another secret',
      (body: string) => signed(body, { secret: 'another-secret-of-32-characters!' }),
    ],
    ['a request that is older than five minutes', (body: string) => signed(body, { at: now() - 302 })],
    ['a request from more than five minutes ahead', (body: string) => signed(body, { at: now() + 302 })],
    ['a timestamp that is no number', (body: string) => ({ ...signed(body), 'x-slack-request-timestamp': '1e9' })],
    [
      'another version of the signature',
      (body: string) => ({
        ...signed(body),
        'x-slack-signature': signed(body)['x-slack-signature']?.replace('v0', 'v1') ?? '',
      }),
    ],
    ['no signature header at all', () => ({ 'content-type': 'application/x-www-form-urlencoded' })],
  ])('%s', async (_what, headersFor) => {
    const { url, body, rotated } = await anHttpRoom();
    const request = body();
    expect(await post(url, request, headersFor(request))).toBe(401);
    expect(rotated).not.toHaveBeenCalled();
  });

  test('an ssl_check that smuggles a command, signed or not', async () => {
    const { url, body, rotated } = await anHttpRoom();
    const request = body({ ssl_check: '1' });
    expect(await post(url, request, { 'content-type': 'application/x-www-form-urlencoded' })).toBe(401);
    expect(await post(url, request, signed(request))).toBe(401);
    expect(await post(url, 'ssl_check=1&token=abc', { 'content-type': 'application/x-www-form-urlencoded' })).toBe(200);
    expect(rotated).not.toHaveBeenCalled();
  });

  test('other paths, methods, types and sizes', async () => {
    const { url, body } = await anHttpRoom();
    const request = body();
    expect(await post(url.replace('/slack/events', '/'), request, signed(request))).toBe(404);
    expect((await fetch(url)).status).toBe(404);
    expect(await post(url, request, { ...signed(request), 'content-type': 'text/plain' })).toBe(400);
    const huge = `text=${'x'.repeat(1024 * 1024)}`;
    expect(await post(url, huge, signed(huge)).catch(() => 413)).toBe(413);
  });

  test('any of 2 000 requests with one bit flipped', async () => {
    const { url, body, rotated, runs, deps } = await anHttpRoom();
    const request = body();
    const headers = signed(request);
    const signature = headers['x-slack-signature'] ?? '';
    const accepted: number[] = [];
    const flip = (text: string, bit: number) => {
      const bytes = Buffer.from(text);
      const index = Math.floor(bit / 8) % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit % 8));
      return bytes;
    };
    const tryFlipped = async (bit: number) => {
      const inBody = bit % 2 === 0;
      // A header may hold printable characters only; other bits are refused by HTTP itself.
      const flippedSignature = inBody
        ? signature
        : flip(signature, Math.floor(bit / 2) * 8 + (bit % 3)).toString('latin1');
      if (/[^\x21-\x7e]/.test(flippedSignature)) return;
      const answer = await fetch(url, {
        method: 'POST',
        body: inBody ? flip(request, bit / 2) : request,
        headers: { ...headers, 'x-slack-signature': flippedSignature },
      });
      await answer.arrayBuffer();
      if (answer.status === 200) accepted.push(bit);
    };
    for (let bit = 0; bit < 2_000; bit += 50)
      await Promise.all(Array.from({ length: 50 }, (_, more) => tryFlipped(bit + more)));
    expect(accepted).toEqual([]);
    expect(rotated).not.toHaveBeenCalled();
    expect(await runs()).toEqual([]);
    expect(await deps.inbox.unhandled('slack:')).toEqual([]);
  });
});

test('a taken port is refused with what to set', async () => {
  const { deps, start } = await aSlackWorld();
  const port = await freePort();
  const config = { ...deps.config, mode: 'http' as const, signingSecret: new Secret(SIGNING_SECRET), port };
  const first = await start({ config });
  await expect(start({ config })).rejects.toThrow(/Port \d+ on 127\.0\.0\.1 is taken.*SLACK_HTTP_PORT/);
  expect(first.ready().detail).not.toContain('listening');
  onTestFinished(() => first.stop());
});
