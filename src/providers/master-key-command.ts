import { spawn } from 'node:child_process';
import { Refusal } from '../errors.ts';
import { fixedMasterKeys, keyBytes, type MasterKey, type MasterKeySource, masterKeyOf } from './master-key.ts';

const LARGEST_ANSWER = 64 * 1024;

/**
 * Asks a program for the master key, once, at the start: sops, a cloud's KMS client, systemd-creds. No shell comes between, so nothing in
 * the arguments is interpreted. The first line of its answer is the key of today in base64; further lines are older ones. What it says on
 * stderr is not passed on: some such programs repeat there what they were asked for.
 */
export async function commandMasterKeys(
  argv: readonly string[],
  { older, timeoutMs }: { older: readonly MasterKey[]; timeoutMs: number },
): Promise<MasterKeySource> {
  const [program = ''] = argv;
  const lines = (await outputOf(argv, timeoutMs)).split('\n').map((line) => line.trim());
  const [current, ...more] = lines
    .filter((line) => line !== '')
    .map((line, index) => masterKeyOf(keyBytes(`Line ${index + 1} of what ${program} prints`, line)));
  if (current === undefined) throw refused(program, 'printed nothing');
  const unique = new Map([...older, ...more].map((key) => [key.id, key]));
  unique.delete(current.id);
  return fixedMasterKeys(current, ...unique.values());
}

function outputOf(argv: readonly string[], timeoutMs: number): Promise<string> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    // In a group of its own: what it starts in turn would otherwise outlive it and hold the pipe open.
    const child = spawn(program, args, { shell: false, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (why: string) => {
      clearTimeout(timer);
      if (child.pid !== undefined) killGroup(child.pid);
      reject(refused(program, why));
    };
    const timer = setTimeout(() => stop(`gave no answer within ${timeoutMs / 1_000} s`), timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > LARGEST_ANSWER) stop(`printed more than ${LARGEST_ANSWER} bytes`);
    });
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(refused(program, 'could not be started', cause));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'));
      else reject(refused(program, `ended with ${code === null ? `the signal ${signal}` : `code ${code}`}`));
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}

function refused(program: string, why: string, cause?: unknown): Refusal {
  return new Refusal(
    'master_key_command',
    `The program of REKEY_MASTER_KEY_COMMAND, ${program}, ${why}. Expected the master key in base64 on its stdout; run it by hand to see why.`,
    { cause },
  );
}
