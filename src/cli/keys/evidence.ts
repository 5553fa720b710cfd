import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chainedLine } from '../../domain/chained-line.ts';
import type { EvidenceBundle } from '../../domain/evidence-bundle.ts';
import { evidencePage } from '../../domain/evidence-page.ts';
import type { RotationNames } from '../../domain/evidence-report.ts';
import { nameOf } from '../../domain/key.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { linesAbout } from '../../engine/key-reports/audit-lines.ts';
import { Refusal } from '../../errors.ts';
import { readCheckpoint } from '../../ledger/checkpoint.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { CliCommand } from '../command.ts';
import { configHere } from '../config-here.ts';
import { writeNewFile } from '../new-file.ts';
import { say } from '../print.ts';
import { withLedger } from '../with-ledger.ts';
import { rotationOrRefuse } from './rotation.ts';

export const evidence: CliCommand = (group) => {
  group
    .command('evidence')
    .argument('<key>', 'the key; or the id of one of its rotations (rot-…)')
    .description('one file that shows how the last rotation of a key went, and that can be checked without this ledger')
    .option('--out <file>', 'where to write it; it must not be there yet')
    .addHelpText(
      'after',
      '\nExample:\n  rekey keys evidence payments-prod --out evidence.html && rekey audit verify --bundle evidence.html',
    )
    .action((name: string, { out }: { out?: string }) =>
      withLedger(async (ledger) => {
        const rotation = await rotationOrRefuse(ledger.read, name);
        const page = evidencePage(
          await bundleOf(ledger, { rotation, folder: join(configHere().dataDir, 'checkpoints'), now: new Date() }),
        );
        const file = out ?? `evidence-${rotation.id}.html`;
        writeNewFile(file, page);
        say(`Wrote ${file}. Anybody can check it: rekey audit verify --bundle ${file}`);
      }),
    );
};

/** The unbroken piece of the audit from the first line about this rotation to the last one, or to the first checkpoint behind it. */
async function bundleOf(
  { read }: Pick<Ledger, 'read'>,
  { rotation, folder, now }: { rotation: Rotation; folder: string; now: Date },
): Promise<EvidenceBundle> {
  const about = await namesOf(read, rotation);
  const own = await linesAbout(read, { versions: [], rotations: [rotation] });
  const [first, last] = [own.at(0), own.at(-1)];
  if (first === undefined || last === undefined)
    throw new Refusal('no_evidence', `The audit has no line about ${rotation.id}.`);
  const checkpoint = await firstCheckpointFrom(folder, last.seq);
  const run = rotation.run === null ? null : await read.run(rotation.run);
  return {
    schema: 'rekey.evidence/1',
    madeAt: now.toISOString(),
    madeBy: 'rekey keys evidence',
    about,
    runbook: run === null ? null : { id: run.runbook.id, text: run.runbook.text },
    checkpoint: checkpoint?.text ?? null,
    lines: (await read.auditRange(first.seq, checkpoint?.seq ?? last.seq)).map(chainedLine),
  };
}

/** Of the daily ones, the first that was signed when this line was there already. */
async function firstCheckpointFrom(folder: string, seq: number): Promise<{ text: string; seq: number } | null> {
  const names = existsSync(folder) ? (await readdir(folder)).filter((name) => name.endsWith('.json')).sort() : [];
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8');
    const checkpoint = readCheckpoint(text, null);
    if (checkpoint.seq >= seq) return { text, seq: checkpoint.seq };
  }
  return null;
}

async function namesOf(read: LedgerReader, { id, run, key, replacement, slug }: Rotation): Promise<RotationNames> {
  const versions = await read.versionsOf(slug);
  const names = Object.fromEntries(versions.map((one) => [String(one.id), nameOf(one)]));
  return { rotation: id, run, key, replacement, names };
}
