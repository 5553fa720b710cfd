import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readConfig } from '../../src/config.ts';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { KeyId, RunId } from '../../src/domain/ids.ts';
import { newKey } from '../../src/domain/new-key.ts';
import { newRun } from '../../src/engine/begin.ts';
import { createLog } from '../../src/log.ts';
import { openParts, type Parts } from '../../src/parts.ts';
import { createKeyFiles } from '../../src/providers/key-files.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import type { Figure } from './ledger.ts';
import { compare, microsecondsEach } from './measure.ts';

const FEW = 10;
const RUNS_EACH = 8;
const SHIPPED = join(import.meta.dirname, '../../runbooks');

// Ten steps that look, decide and record, as most steps of an incident do; nothing in it waits.
const RUNBOOK = `runbook: R-BENCH
title: What a run costs
owner: group:security
review_by: 2099-01-01
applies_to: [api_key]
grants: { providers: [ledger] }
inputs: { key: { type: key } }
identify:
${['a', 'b', 'c'].map((id) => `  - { id: class_${id}, uses: key.classify, with: { key: "\${inputs.key}" } }`).join('\n')}
  - { id: evidence, uses: audit.capture, with: { key: "\${inputs.key}", limit: 50 } }
contain:
  waived: This is a measurement.
investigate:
  - { id: why, uses: ledger.questions, with: { key: "\${inputs.key}", ask: [alert_configured, right_owner, missing_owner] } }
recover:
${['d', 'e', 'f', 'g'].map((id) => `  - { id: check_${id}, uses: assert, with: { that: steps.class_a.class == "api_key", message: It is one. } }`).join('\n')}
communicate:
  - { id: class_z, uses: key.classify, with: { key: "\${inputs.key}" } }
`;

type Rekey = Parts<{ wake: () => Promise<void>; alarm: () => Promise<void> }>;

/** Advancing a run of ten steps from start to end, in a ledger with ten finished runs and in one with `runs`. */
export async function benchRuns(
  { runs, rounds }: { runs: number; rounds: number },
  say: (text: string) => void,
): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-bench-runs-'));
  const stops: (() => void | Promise<void>)[] = [];
  try {
    const [few, many] = [await installed(join(folder, 'few'), stops), await installed(join(folder, 'many'), stops)];
    for (const rekey of [few, many]) for (let i = 0; i < FEW; i++) await play(rekey, i);
    say(`Making ${runs} finished runs …`);
    multiply(join(folder, 'many', 'ledger.sqlite'), runs);
    say('Advancing …');
    let next = FEW;
    const played = (rekey: Rekey) => () => {
      const from = next;
      next += RUNS_EACH;
      return microsecondsEach(RUNS_EACH, (i) => play(rekey, from + i));
    };
    const { bareUs, oursUs, ratio } = await compare(rounds, played(few), played(many));
    const ms = (us: number) => `${(us / 1_000).toFixed(1)} ms`;
    const how = `${ms(oursUs)} with ${runs} finished runs against ${ms(bareUs)} with ${FEW}, for a run of ten steps`;
    return [{ what: 'a run, among many by few', value: 1 / ratio, unit: 'ratio', goal: { atMost: 1.2 }, how }];
  } finally {
    for (const stop of stops.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function installed(dir: string, stops: (() => void | Promise<void>)[]): Promise<Rekey> {
  const runbooks = join(dir, 'runbooks');
  mkdirSync(dir, { recursive: true });
  cpSync(SHIPPED, runbooks, { recursive: true });
  writeFileSync(join(runbooks, 'R-BENCH.yaml'), RUNBOOK);
  createKeyFiles(join(dir, 'keys'));
  const config = readConfig({ REKEY_DATA_DIR: dir, REKEY_RUNBOOKS_DIR: runbooks });
  const silent = { wake: async () => {}, alarm: async () => {} };
  return openParts(config, {
    log: createLog({ level: 'fatal' }),
    onStop: (stop) => stops.push(stop),
    openQueue: async () => silent,
    now: () => new Date(),
  });
}

async function play({ deps, engine }: Rekey, i: number): Promise<void> {
  const key = newKey({
    id: KeyId.parse(`key-bench-${i}`),
    slug: `bench-${i}`,
    class: 'api_key',
    provider: 'ledger',
    externalRef: String(i).padStart(16, '0'),
    service: 'bench',
    environment: 'staging',
    owner: 'group:security',
    state: 'active',
    createdAt: deps.now(),
    activatedAt: deps.now(),
    expiresAt: new Date(deps.now().getTime() + 86_400_000),
  });
  const inputs = { key: keyRefOf(key) };
  const about = {
    runbook: 'R-BENCH',
    inputs,
    key,
    incident: null,
    requestedBy: 'system:bench',
    reason: 'bench',
  } as const;
  const run = newRun(deps, about);
  const events: LedgerEvent[] = [
    { type: 'key_issued', key },
    { type: 'run_started', run },
  ];
  await deps.ledger.record({ at: deps.now(), actor: 'system:bench', channel: 'engine' }, async () => ({
    events,
    result: undefined,
  }));
  await engine.advance(run.id);
  const after = await deps.ledger.read.run(RunId.parse(run.id));
  if (after?.outcome !== 'succeeded')
    throw new Error(`The run of the bench ${after?.outcome}: ${JSON.stringify(after?.steps)}`);
}

/** Copies a finished run with its steps and its lines of the audit, as years would leave them; the chain is not part of what is measured. */
function multiply(file: string, runs: number): void {
  const sqlite = new Database(file);
  sqlite.pragma('synchronous = OFF');
  sqlite.pragma('foreign_keys = OFF');
  const model = String(sqlite.prepare('select id from runs limit 1').pluck().get());
  const copies = ['runs', 'steps', 'audit', 'evidence'].map((table) => copier(sqlite, table, model));
  sqlite.transaction(() => {
    for (let i = 0; i < runs; i++) for (const copy of copies) copy(`run-old-${i}`, `key-old-${i % 5_000}`);
    sqlite.exec('update audit_head set seq = (select max(seq) from audit)');
  })();
  sqlite.exec('analyze');
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
  sqlite.close();
}

function copier(sqlite: Database.Database, table: string, model: string): (run: string, key: string) => void {
  const column = table === 'runs' ? 'id' : 'run_id';
  const rows = sqlite
    .prepare<[string], Record<string, unknown>>(`select * from ${table} where ${column} = ?`)
    .all(model);
  const names = Object.keys(rows[0] ?? {});
  const insert = sqlite.prepare(
    `insert into ${table} (${names.join(', ')}) values (${names.map((name) => `@${name}`).join(', ')})`,
  );
  let seq = Number(sqlite.prepare('select max(seq) from audit').pluck().get());
  let copied = 0;
  return (run, key) => {
    for (const row of rows) {
      seq += 1;
      copied += 1;
      insert.run(renamed(row, { table, run, key, model, seq, copied }));
    }
  };
}

interface Copy {
  table: string;
  model: string;
  run: string;
  key: string;
  seq: number;
  copied: number;
}

function renamed(row: Record<string, unknown>, { table, model, run, key, seq, copied }: Copy): Record<string, unknown> {
  const own = Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replaceAll(model, run).replaceAll(/key-bench-\d+/g, key) : value,
    ]),
  );
  if (table === 'audit') return { ...own, seq, hash: `old-${seq}`, prev_hash: `old-${seq - 1}` };
  return table === 'evidence' ? { ...own, id: `evd-old-${copied}` } : own;
}
