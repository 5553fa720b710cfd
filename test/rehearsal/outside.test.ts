import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aRehearsalWorld, casesOf, problemsOf, SMALL } from './rehearsal-world.ts';

const CALLING = SMALL.replace(
  'communicate:',
  `  - id: refresh
    uses: http.request
    with: { connection: payments-api, method: POST, path: [keys, "\${inputs.key.slug}", refresh], idempotent: true, expect: { json: { ready: true } } }
communicate:`,
).replace('sinks: [file] }', 'sinks: [file], hosts: [payments.example.com] }');

const CONNECTIONS = `version: 1
connections:
  payments-api:
    url: https://payments.example.com/v1
    allow: [{ methods: [POST], path: "/keys/*/refresh" }]
    auth: { type: bearer, secret_file: payments-api }
`;

function calling(outside: string, more = '') {
  const world = aRehearsalWorld(
    `  - { name: one, answers: { go: { approve: bob } }${outside}, expect: { outcome: succeeded, path: { class: done, go: done, mint: done, deliver: done, looked: skipped, refresh: done, tell: done } } }\n${more}`,
    CALLING,
  );
  writeFileSync(join(world.dir, 'connections.yaml'), CONNECTIONS);
  return world;
}

describe('what lies outside', () => {
  it('answers from the file, over the connection as it is written, and is never called', async () => {
    expect(await problemsOf(calling(', outside: { refresh: { responds: { json: { ready: true } } } }'))).toEqual([]);
  });

  it('may be down first and answer then', async () => {
    const replies = '[{ responds: { status: 503 } }, { responds: { json: { ready: true } } }]';
    expect(await problemsOf(calling(`, outside: { refresh: ${replies} }`))).toEqual([]);
  });

  it('is judged by the real step: an answer that is not what it expects fails it', async () => {
    const [first] = await problemsOf(calling(', outside: { refresh: { responds: { json: { ready: false } } } }'));
    expect(first).toMatch(/^refresh: expected done, got failed/);
  });

  it('is missed in the file when a step needs it, with what to write', async () => {
    const [first] = await problemsOf(calling(''));
    expect(first).toBe(
      'refresh: http.request reaches beyond this machine, and the case does not say what comes back; write `outside: { refresh: { responds: { status: 200, json: { … } } } }`, `{ outputs: { … } }` or `{ fails: { error: "…" } }`.',
    );
  });
});

const FLEET = `runbook: R-SMALL
title: Many keys
owner: group:security
review_by: 2027-05-20
applies_to: [api_key]
open_runs: any
inputs:
  key: { type: key }
grants: { providers: [ledger], sinks: [file] }
identify:
  - id: keys
    uses: key.find
    with: { service: payments }
contain: { waived: nothing to contain }
investigate: { waived: nothing to ask }
recover:
  - id: all
    each: "\${steps.keys.keys}"
    max_failures: 1
    uses: runbook.start
    with: { runbook: R-ONE, inputs: { key: "\${item}" } }
communicate: { waived: each run tells its own }
`;

const ONE = `runbook: R-ONE
title: One key
owner: group:security
review_by: 2027-05-20
applies_to: [api_key]
inputs:
  key: { type: key }
grants: { providers: [ledger], sinks: [file] }
identify:
  - id: done_by_hand
    uses: ask
    with: { question: "Is \${inputs.key.slug} replaced?", assignee: carol }
contain: { waived: nothing to contain }
investigate: { waived: nothing to ask }
recover: { waived: by hand }
communicate: { waived: by hand }
`;

const FEDERATED = `runbook: R-SMALL
title: Peers follow
owner: group:security
review_by: 2027-05-20
applies_to: [federation_key]
inputs:
  key: { type: key }
grants: { providers: [ledger] }
identify:
  - id: class
    uses: key.classify
    with: { key: "\${inputs.key}" }
contain: { waived: nothing to contain }
investigate: { waived: nothing to ask }
recover:
  - id: pinned
    uses: peers.await
    with: { key: "\${inputs.key}", state: pinned, deadline: 4h }
communicate: { waived: they know }
`;

describe('peers', () => {
  it('come further when somebody saw it, or are left behind by name', async () => {
    const world = aRehearsalWorld(
      `  - name: one
    ledger:
      keys: [{ slug: node-a, class: federation_key, owner: carol }]
      peers: [{ name: node-b, contact: dave, pins: [node-a] }, { name: node-c, contact: dave, pins: [node-a] }]
    answers:
      pinned: [{ sees: carol, peer: node-b, after: 10m }, { waives: carol, peer: node-c, reason: it is switched off }]
    expect: { outcome: succeeded, path: { class: done, pinned: done } }
`,
      FEDERATED,
    );
    expect(await problemsOf(world)).toEqual([]);
  });

  it('are waited for until the deadline and no longer', async () => {
    const world = aRehearsalWorld(
      `  - name: one
    ledger:
      keys: [{ slug: node-a, class: federation_key, owner: carol }]
      peers: [{ name: node-b, contact: dave, pins: [node-a] }]
    expect: { outcome: failed, path: { class: done, pinned: failed }, because: { pinned: node-b } }
`,
      FEDERATED,
    );
    expect(await problemsOf(world)).toEqual([]);
  });
});

describe('runs that a step started', () => {
  it('are answered and compared by the name of their key', async () => {
    const world = aRehearsalWorld(
      `  - name: one
    ledger: { keys: [{ slug: payments-a, delivery: file }, { slug: payments-b, delivery: file }] }
    inputs: { key: payments-a }
    answers: { "all[payments-a].done_by_hand": { yes: carol }, all.done_by_hand: { no: carol } }
    expect:
      outcome: succeeded
      path: { keys: done, all: done, "all[payments-a].done_by_hand": done, "all[payments-b].done_by_hand": failed }
`,
      FLEET,
    );
    writeFileSync(join(world.dir, 'R-ONE.yaml'), ONE);
    const report = await world.play({ only: ['R-SMALL'] });
    expect(report.problems).toEqual([]);
    expect(casesOf(report).flatMap((result) => result.problems)).toEqual([]);
    expect(report.rehearsed[0]?.coverage?.missing).toEqual([]);
  });
});
