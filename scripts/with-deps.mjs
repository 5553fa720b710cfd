// Runs on any Node >= 20 before anything is installed: installs the dependencies when they are missing or stale,
// then hands over to the pinned Node 24 that came with them.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.rekey-installed');
const [program, ...args] = process.argv.slice(2);

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 20) fail(`Rekey needs any Node from 20 on to install itself; this is ${process.versions.node}.`);
if (!program) fail('Usage: node scripts/with-deps.mjs <file.ts | package-bin> [arguments]');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted()) install();
run(join(root, 'node_modules', '.bin', 'node'), [entryOf(program), ...args]);

function wanted() {
  const files = ['package.json', 'package-lock.json'].map((name) => readFileSync(join(root, name)));
  return files.reduce((hash, file) => hash.update(file), createHash('sha256')).digest('hex');
}

function install() {
  process.stderr.write('Installing dependencies (once; about a minute) …\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = spawnSync(npm, ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) fail('npm install failed (its words are above). Fix that, then run the same command again.');
  // Looked at again: npm itself writes into the lock file what it finds out about this machine.
  writeFileSync(stamp, wanted());
}

function entryOf(name) {
  if (name.endsWith('.ts')) return join(root, name);
  const manifest = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
  const bin = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[name];
  return join(root, 'node_modules', name, bin);
}

function run(command, rest) {
  const child = spawn(command, rest, { stdio: 'inherit' });
  // Ctrl-C reaches the child through the terminal already; a plain kill reaches only this process, so it is passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => fail(`Could not start ${command}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
