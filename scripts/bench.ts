import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchAck } from './bench/ack.ts';
import { benchDigest } from './bench/digest.ts';
import { benchLedger, type Figure } from './bench/ledger.ts';
import { benchPoison } from './bench/poison.ts';
import { benchRuns } from './bench/runs.ts';

// Prints a table and writes bench/results.json. Ratios compare two things in one run on one machine; the bare times are there to show what was
// compared.
const USAGE =
  'npm run bench -- ledger [--keys 1000000] [--lines 5000000] [--rounds 7]\n          npm run bench -- runs [--runs 100000] [--rounds 7]\n          npm run bench -- poison\n          npm run bench -- digest [--keys 1000000] [--rounds 7]\n          npm run bench -- ack [--seconds 300] [--per-second 50]';

const KNOWN = ['ledger', 'runs', 'poison', 'digest', 'ack'];
const { values, positionals } = given();
const [which] = positionals;
if (values.help || which === undefined || !KNOWN.includes(which)) {
  console.error(`Expected: ${USAGE}`);
  process.exit(values.help ? 0 : 2);
}

const say = (text: string) => console.error(text);
const size = {
  keys: Number(values.keys),
  lines: Number(values.lines),
  runs: Number(values.runs),
  rounds: Number(values.rounds),
};
const figures = await measured();
const folder = join(import.meta.dirname, '..', 'bench');
mkdirSync(folder, { recursive: true });
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
writeFileSync(join(folder, 'results.json'), `${JSON.stringify({ at: new Date(), machine, size, figures }, null, 2)}\n`);
console.log(tableOf(figures));
process.exitCode = figures.every(meetsGoal) ? 0 : 1;

async function measured(): Promise<Figure[]> {
  if (which === 'poison') return benchPoison(say);
  if (which === 'digest') return benchDigest(size, say);
  if (which === 'ack')
    return benchAck({ perSecond: Number(values['per-second']), seconds: Number(values.seconds) }, say);
  return which === 'runs' ? benchRuns(size, say) : benchLedger(size, say);
}

function tableOf(rows: readonly Figure[]): string {
  return rows
    .map(({ what, value, unit, goal, how }) => {
      const shown = unit === 'ratio' ? value.toFixed(2) : `${Math.round(value).toLocaleString('en')} ${unit}`;
      return `${what.padEnd(30)}${shown.padStart(16)}  ${goalText(goal).padEnd(12)}${how}`;
    })
    .join('\n');
}

function goalText(goal: Figure['goal']): string {
  if (goal === null) return '';
  return 'atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost.toLocaleString('en')}`;
}

function meetsGoal({ value, goal }: Figure): boolean {
  if (goal === null) return true;
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
}

function given() {
  const count = (usual: string) => ({ type: 'string', default: usual }) as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', default: false },
        keys: count('1000000'),
        lines: count('5000000'),
        rounds: count('7'),
        runs: count('100000'),
        seconds: count('300'),
        'per-second': count('50'),
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nExpected: ${USAGE}`);
    process.exit(2);
  }
}
