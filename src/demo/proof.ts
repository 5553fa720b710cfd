import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLedger } from '../ledger/ledger.ts';
import type { Layout } from './layout.ts';
import type { Material } from './material.ts';
import { type Sighting, secretScan } from './secret-scan.ts';
import { CALLERS_KEY } from './seed.ts';
import type { World } from './world.ts';

/** What the scripted demo claims, each looked up after the fact and not remembered from the way there. */
export interface Proof {
  recovered: boolean;
  timeToRecoverMs: number;
  oldKeyRejected: boolean;
  auditVerified: boolean;
  secretsSeen: number;
  stepsDone: number;
  humanActions: number;
}

export async function prove(
  layout: Layout,
  { world, material, wire, humanActions }: { world: World; material: Material; wire: string; humanActions: number },
): Promise<{ proof: Proof; sightings: Sighting[] }> {
  const sightings = scan(layout, { world, material, wire });
  const { points } = world.traffic;
  const rejecting = points.findIndex((point) => point.rejected > 0);
  const recovery = recoveredAt(points);
  const ledger = await openLedger({ file: `${layout.rekeyDir}/ledger.sqlite`, now: () => new Date() });
  try {
    const audit = await verifyAuditInOwnProcess(layout);
    const { deadInLedger, stepsDone } = await ledgerFacts(ledger.read);
    const rejectedNow = await isRejected(`http://127.0.0.1:${layout.ports.api}/v1/ping`, material.first);
    const from = points[rejecting]?.t ?? null;
    const timeToRecoverMs = from === null || recovery === null ? -1 : recovery - from;
    const proof = {
      recovered: recovery !== null,
      timeToRecoverMs,
      oldKeyRejected: rejectedNow && deadInLedger,
      auditVerified: audit,
      secretsSeen: sightings.length,
      stepsDone,
      humanActions,
    };
    return { proof, sightings };
  } finally {
    await ledger.close();
  }
}

const CALM_S = 3;

/** When the last rejected call was followed by nothing but accepted ones, or null while that has not been so for three seconds. */
export function recoveredAt(points: readonly { t: number; accepted: number; rejected: number }[]): number | null {
  const last = points.findLastIndex((point) => point.rejected > 0);
  const calm = points.slice(last + 1);
  if (last === -1 || calm.length < CALM_S || calm.some((point) => point.accepted === 0)) return null;
  return calm[0]?.t ?? null;
}

function scan(
  layout: Layout,
  { world, material, wire }: { world: World; material: Material; wire: string },
): Sighting[] {
  const look = secretScan(material.secrets);
  const pids = [process.pid, ...world.children.flatMap((child) => child.pid() ?? [])];
  return [
    ...look.inText('Slack traffic', wire),
    ...look.inFolder(layout.logsDir),
    ...look.inFolder(layout.rekeyDir, [layout.keysDir]),
    ...look.inText('chat history', JSON.stringify(world.workspace.wire.list())),
    ...look.inArguments(pids),
  ];
}

async function ledgerFacts(
  read: Awaited<ReturnType<typeof openLedger>>['read'],
): Promise<{ deadInLedger: boolean; stepsDone: number }> {
  const versions = await read.versionsOf(CALLERS_KEY);
  const old = versions.find((key) => key.state === 'revoked');
  const [run] = old === undefined ? [] : await read.runsOfKey(old.id);
  const steps = Object.values(run?.steps ?? {}).filter((record) => record.state === 'done');
  return { deadInLedger: old?.provedDeadAt != null, stepsDone: steps.length };
}

async function isRejected(url: string, material: string): Promise<boolean> {
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${material}` },
    signal: AbortSignal.timeout(3_000),
  });
  return answer.status === 401;
}

async function verifyAuditInOwnProcess(layout: Layout): Promise<boolean> {
  const main = join(dirname(dirname(fileURLToPath(import.meta.url))), 'main.ts');
  const env = { PATH: process.env.PATH ?? '', REKEY_DATA_DIR: layout.rekeyDir };
  return spawnSync(process.execPath, [main, 'audit', 'verify'], { env }).status === 0;
}
