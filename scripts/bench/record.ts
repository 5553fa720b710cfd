import Database from 'better-sqlite3';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { KeyId, RotationId, RunId, SecretId } from '../../src/domain/ids.ts';
import { NOT_BEGUN, type Rotation } from '../../src/domain/rotation.ts';
import type { Run } from '../../src/domain/run.ts';
import { lineOf } from '../../src/ledger/audit.ts';
import { type AuditRow, chained, GENESIS } from '../../src/ledger/audit-chain.ts';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import { rotationToRow } from '../../src/ledger/rotations.ts';
import { runToRow } from '../../src/ledger/runs.ts';
import { type Compared, compare, microsecondsEach, microsecondsOf } from './measure.ts';

const AT = new Date('2027-03-10T12:00:00.000Z');
const TIMES = 200;
const CONTEXT = { at: AT, actor: 'schedule:rotations', channel: 'engine' } as const;

interface Files {
  /** Two copies of one ledger: what one of them writes must not stand in the way of the other. */
  ours: string;
  bare: string;
  rounds: number;
}

/** The transaction that asks for a rotation and starts it, against one that writes the same rows with prepared statements. */
export async function benchRotate({ ours, bare, rounds }: Files): Promise<Compared> {
  const ledger = await openLedger({ file: ours, now: () => AT });
  const sqlite = durable(bare);
  const write = rotationWriter(sqlite);
  let [mine, theirs] = [0, 0];
  const compared = await compare(
    rounds,
    () => {
      const rows = Array.from({ length: TIMES }, () => rowsOf(startOf(theirs++)));
      return microsecondsOf(TIMES, (i) => rows[i] && write(rows[i]));
    },
    () => {
      const events = Array.from({ length: TIMES }, () => startOf(mine++));
      return microsecondsEach(TIMES, (i) => record(ledger, events[i]?.events ?? []));
    },
  );
  sqlite.close();
  await ledger.close();
  return compared;
}

/** One line of the audit in a transaction of its own, against an insert of the same bytes. */
export async function benchAppend({ ours, bare, rounds }: Files): Promise<Compared> {
  const ledger = await openLedger({ file: ours, now: () => AT });
  const sqlite = durable(bare);
  const insert = inserter(sqlite, 'audit', linesOf([delivered(0)])[0] ?? {});
  let seq = headOf(sqlite);
  const compared = await compare(
    rounds,
    () => {
      const rows = Array.from({ length: TIMES }, (_, i) => ({ ...linesOf([delivered(i)])[0], seq: ++seq }));
      return microsecondsOf(TIMES, (i) => insert(rows[i] ?? {}));
    },
    () => microsecondsEach(TIMES, (i) => record(ledger, [delivered(i)])),
  );
  sqlite.close();
  await ledger.close();
  return compared;
}

function durable(file: string): Database.Database {
  const sqlite = new Database(file);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('foreign_keys = ON');
  sqlite.pragma('secure_delete = ON');
  return sqlite;
}

function record(ledger: Ledger, events: LedgerEvent[]): Promise<void> {
  return ledger.record(CONTEXT, async () => ({ events, result: undefined }));
}

// Its line is all that this event changes.
const delivered = (i: number): LedgerEvent => ({
  type: 'secret_delivered',
  secret: SecretId.parse(`sec-bench-${i}`),
  key: KeyId.parse(`key-${String(i).padStart(10, '0')}`),
  sink: 'file',
  target: '/run/secrets/payments-worker/api-key',
});

interface Start {
  rotation: Rotation;
  run: Run;
  events: LedgerEvent[];
}

function startOf(i: number): Start {
  const key = KeyId.parse(`key-${String(i).padStart(10, '0')}`);
  const run: Run = {
    id: RunId.parse(`run-bench-${i}`),
    incident: null,
    parent: null,
    runbook: { id: 'R-ROTATE', hash: 'a'.repeat(64), text: 'runbook: R-ROTATE\n' },
    inputs: {
      key: { id: key },
      mode: 'planned',
      grace_minutes: 1_440,
      approvals: 0,
      deliver_to: 'registered',
      recipient: '',
    },
    key,
    requestedBy: 'schedule:rotations',
    reason: 'older than 90 days',
    startedAt: AT,
    finishedAt: null,
    outcome: null,
    cancelRequestedAt: null,
    overdueAt: null,
    stoppedAt: null,
    deadlinesFrom: null,
    paused: null,
    openRuns: 'one_per_key',
    steps: {},
  };
  const rotation: Rotation = {
    id: RotationId.parse(`rot-bench-${i}`),
    key,
    slug: `service-${i}`,
    ...NOT_BEGUN,
    mode: 'planned',
    reason: run.reason,
    requestedBy: run.requestedBy,
    recipient: null,
    graceMs: 86_400_000,
    approvals: 0,
    createdAt: AT,
    scheduledAt: AT,
  };
  const events: LedgerEvent[] = [
    { type: 'rotation_requested', rotation },
    { type: 'run_started', run },
    { type: 'rotation_started', rotation: rotation.id, run: run.id },
  ];
  return { rotation, run, events };
}

interface Rows {
  rotation: object;
  run: object;
  lines: AuditRow[];
}

function rowsOf({ rotation, run, events }: Start): Rows {
  const started = { ...rotation, run: run.id, state: 'intent_written', startedAt: AT } as const;
  return { rotation: rotationToRow(started), run: runToRow(run), lines: linesOf(events) };
}

// As the ledger writes them: the line that starts a run stands under that run.
function linesOf(events: readonly LedgerEvent[]): AuditRow[] {
  const about = { ...CONTEXT, incident: null, step: null, planHash: null };
  const runOf = (event: LedgerEvent) => (event.type === 'run_started' ? event.run.id : null);
  return chained(
    GENESIS,
    events.map((event) => lineOf({ event, context: { ...about, run: runOf(event) } })),
  );
}

function rotationWriter(sqlite: Database.Database): (rows: Rows) => void {
  const like = rowsOf(startOf(0));
  const rotation = inserter(sqlite, 'rotations', like.rotation);
  const run = inserter(sqlite, 'runs', like.run);
  const line = inserter(sqlite, 'audit', like.lines[0] ?? {});
  const head = sqlite.prepare('update audit_head set seq = ?, hash = ? where id = 1');
  let seq = headOf(sqlite);
  sqlite.prepare("insert or ignore into runbook_texts values (?, 'R-ROTATE', 'runbook: R-ROTATE')").run('a'.repeat(64));
  const all = sqlite.transaction((rows: Rows) => {
    run(rows.run);
    rotation(rows.rotation);
    for (const row of rows.lines) line({ ...row, seq: ++seq });
    head.run(seq, rows.lines.at(-1)?.hash);
  });
  return (rows) => all.immediate(rows);
}

function headOf(sqlite: Database.Database): number {
  return Number(sqlite.prepare('select max(seq) from audit').pluck().get());
}

function inserter(sqlite: Database.Database, table: string, like: object): (row: object) => void {
  const columns = Object.keys(like);
  const names = columns.map((column) => `@${column}`).join(', ');
  const insert = sqlite.prepare(`insert into ${table} (${columns.join(', ')}) values (${names})`);
  return (row) => insert.run(row);
}
