import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CountingServer, countingServer } from '../support/counting-server.ts';
import { anOutsideWorld } from '../support/outside-world.ts';

let server: CountingServer;
beforeEach(async () => {
  server = await countingServer();
});
afterEach(() => server.close());

async function aTry(step: string) {
  const outside = await anOutsideWorld({
    connections: { payments: { url: `http://127.0.0.1:${server.port}` } },
    recover: () => `
  - id: call
    uses: http.request
${step}`,
  });
  const process = await outside.open();
  return { process, id: await process.start(), lead: outside.lead };
}

const GET = '    with: { connection: payments, method: GET, path: [health], expect: { json: { status.ready: true } } }';
const POST = `    with: { connection: payments, method: POST, path: [rotate], json: { key: "\${inputs.key.slug}" } }`;
const SAFE_POST = POST.replace('path:', 'idempotent: true, path:');

describe('http.request', () => {
  test('gives on what the answer says, and sends values of the run as values', async () => {
    server.answer = { status: 201, headers: {}, body: '{"status":{"ready":true}}' };
    const { process, id } = await aTry(POST);
    const run = await process.play(id);
    expect(run.outcome).toBe('succeeded');
    expect(run.steps.call).toMatchObject({
      state: 'done',
      outputs: { status: 201, body: 'json', json: { status: { ready: true } } },
    });
    expect(server.requests).toMatchObject([{ method: 'POST', url: '/rotate' }]);
  });

  test('a value that is not as expected fails the step at once, and says which', async () => {
    server.answer = { status: 200, headers: {}, body: '{"status":{"ready":false}}' };
    const { process, id } = await aTry(GET);
    const run = await process.play(id);
    expect(run.steps.call).toMatchObject({
      error: expect.stringContaining('Expected status.ready to be true, got false'),
    });
    expect(server.requests).toHaveLength(1);
  });

  test('looks again when the service is in trouble', async () => {
    server.answer = { status: 503, headers: {}, body: '' };
    const { process, id } = await aTry(GET);
    await process.play(id, (run) => {
      server.answer = { status: 200, headers: {}, body: '{"status":{"ready":true}}' };
      return run.finishedAt !== null;
    });
    expect((await process.run(id)).outcome).toBe('succeeded');
    expect(server.requests).toHaveLength(2);
  });

  test('never makes a call twice that changes something: a person says whether it happened', async () => {
    server.answer = { status: 500, headers: {}, body: '' };
    const { process, id } = await aTry(POST);
    const run = await process.play(id);
    expect(run.steps.call).toMatchObject({ state: 'in_doubt' });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['is too large to be read', { status: 200, body: 'x'.repeat(1024 * 1024 + 1) }],
    ['is another success than expected', { status: 202, body: '{}' }],
    ['leads elsewhere', { status: 302, body: '' }],
  ])('a call that changed something and whose answer %s is in doubt, not failed', async (_what, { status, body }) => {
    server.answer = { status, headers: {}, body };
    const { process, id } = await aTry(POST.replace('path:', 'expect: { status: [201] }, path:'));
    expect((await process.play(id)).steps.call).toMatchObject({ state: 'in_doubt' });
    expect(server.requests).toHaveLength(1);
  });

  test('a call that the service turned down has failed, and nobody is asked', async () => {
    server.answer = { status: 409, headers: {}, body: '{}' };
    const { process, id } = await aTry(POST);
    expect((await process.play(id)).steps.call).toMatchObject({ state: 'failed' });
  });

  test('keeps no credential of an answer, whatever it looks like', async () => {
    const body = JSON.stringify({
      token: 'plain',
      client_secret: 'words',
      nested: [{ accessToken: 'a', tokens: 3 }],
      id: 'k-1',
    });
    server.answer = { status: 200, headers: {}, body };
    const { process, id } = await aTry(POST);
    expect((await process.play(id)).steps.call).toMatchObject({
      outputs: {
        json: {
          token: '[secret]',
          client_secret: '[secret]',
          nested: [{ accessToken: '[secret]', tokens: 3 }],
          id: 'k-1',
        },
      },
    });
  });

  test('asks nobody about a call that never reached anybody', async () => {
    const { process, id } = await aTry(POST);
    await server.close();
    const run = await process.play(id);
    expect(run.steps.call).toMatchObject({ error: expect.stringContaining('Nothing was sent') });
  });

  test('repeats what the service can tell apart, under one Idempotency-Key', async () => {
    server.answer = { status: 502, headers: {}, body: '' };
    const { process, id } = await aTry(SAFE_POST);
    await process.play(id, () => {
      server.answer = { status: 200, headers: {}, body: '{}' };
      return false;
    });
    expect((await process.run(id)).outcome).toBe('succeeded');
    expect(server.requests).toHaveLength(2);
    expect(new Set(server.headers.map((headers) => headers['idempotency-key']))).toEqual(new Set([`${id}.call.1`]));
  });

  test('keeps nothing of an answer that is larger than a run should carry', async () => {
    server.answer = { status: 200, headers: {}, body: JSON.stringify({ long: 'x'.repeat(40_000) }) };
    const { process, id } = await aTry(POST);
    expect((await process.play(id)).steps.call).toMatchObject({ outputs: { body: 'too_large', json: null } });
  });

  test('calls nothing whose host the runbook is not granted, whatever connections.yaml says by then', async () => {
    const { process, id, lead } = await aTry(GET);
    const elsewhere = await countingServer();
    lead('payments', `http://127.0.0.1:${elsewhere.port}`);
    const run = await process.play(id);
    expect(run.steps.call).toMatchObject({ error: expect.stringContaining('R-TRY is granted 127.0.0.1:') });
    expect(elsewhere.connections).toBe(0);
    await elsewhere.close();
  });
});
