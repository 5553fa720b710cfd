import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadConnections } from '../../src/runbook/connections-file.ts';
import { loadRunbooks } from '../../src/runbook/load.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { refusalOf } from '../support/engine-world.ts';

const CONNECTIONS = `version: 1
connections:
  payments-api:
    url: https://payments.example.com/v1
    allow:
      - { methods: [GET], path: /health }
    auth: { type: bearer, secret_file: payments-api }
`;

const runbook = (call: string, hosts = 'payments.example.com') => `runbook: R-TRY
title: For a test
owner: group:security
review_by: 2030-01-01
applies_to: [api_key]
inputs: { key: { type: key } }
grants: { hosts: [${hosts}] }
identify: { waived: a test }
contain: { waived: a test }
investigate: { waived: a test }
recover:
  - id: call
    uses: http.request
    with: ${call}
communicate: { waived: a test }
`;

function aFolder(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'runbooks-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const name of ['policy.yaml', 'key-classes.yaml']) cpSync(join('runbooks', name), join(dir, name));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

async function problemsOf(files: Record<string, string>): Promise<string[]> {
  const dir = aFolder(files);
  const { problems } = await loadRunbooks(dir, stepKinds);
  return problems.map((problem) => describeProblem(problem).replace(basename(dir), 'runbooks'));
}

const CALL = '{ connection: payments-api, method: GET, path: [health] }';

describe('connections.yaml', () => {
  test('is what a runbook may call, once its grants list the host', async () => {
    const files = { 'connections.yaml': CONNECTIONS, 'R-TRY.yaml': runbook(CALL) };
    expect(await problemsOf(files)).toEqual([]);
    expect(await loadConnections(aFolder(files))).toMatchObject({ 'payments-api': { timeout_seconds: 10 } });
  });

  test('a team that calls nothing needs none', async () => {
    expect(await loadConnections(aFolder({}))).toEqual({});
  });

  test.each<[string, string, string]>([
    ['a credential in the file', 'secret_file: payments-api', 'secret: rekey_live_x'],
    ['a user name in the URL', 'https://payments', 'https://me:pw@payments'],
    ['another scheme', 'https://payments', 'file://payments'],
    ['a path that leads up', '/health', '/../admin'],
    ['a method that is none', '[GET]', '[TRACE]'],
    ['an unknown word', 'timeout_seconds', 'time_out: 3\n    timeout_seconds'],
  ])('refuses %s with line and column', async (_, from, to) => {
    const text = `${CONNECTIONS}    timeout_seconds: 5\n`.replace(from, to);
    const [first = ''] = await problemsOf({ 'connections.yaml': text });
    expect(first).toMatch(/^runbooks\/connections\.yaml:\d+:\d+ connections\.payments-api\..*expected /);
    expect((await refusalOf(loadConnections(aFolder({ 'connections.yaml': text })))).code).toBe('connections_broken');
  });

  test.each<[string, string, RegExp]>([
    [
      'a connection that is not there',
      runbook(CALL.replace('payments-api', 'payment-api')),
      /R-TRY\.yaml:14:25 recover\[0\]\.with\.connection: expected a connection of connections\.yaml: `payments-api`, got `payment-api`; .*write `payments-api`/,
    ],
    [
      'a host without a grant',
      runbook(CALL, ''),
      /which leads to payments\.example\.com; write `payments\.example\.com` under/,
    ],
    ['a call that it does not allow', runbook(CALL.replace('health', 'admin')), /got `GET \/admin`/],
    ['a method that it does not allow', runbook(CALL.replace('GET', 'POST')), /got `POST \/health`/],
    [
      'a connection that is only known during the run',
      runbook(CALL.replace('payments-api', `"\${inputs.key.slug}"`)),
      /expected the name of a connection in connections\.yaml, written out/,
    ],
  ])('refuses a runbook that names %s', async (_, text, said) => {
    const problems = await problemsOf({ 'connections.yaml': CONNECTIONS, 'R-TRY.yaml': text });
    expect(problems.join('\n')).toMatch(said);
  });

  test('a value of the run fits where the connection has a *', async () => {
    const text = CONNECTIONS.replace('/health', '/keys/*');
    const call = `{ connection: payments-api, method: GET, path: [keys, "\${inputs.key.slug}"] }`;
    expect(await problemsOf({ 'connections.yaml': text, 'R-TRY.yaml': runbook(call) })).toEqual([]);
  });
});
