import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Refusal } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import type { Sink } from '../../src/sinks/contract.ts';
import { sinks } from '../../src/sinks/index.ts';

const OLD = new Secret('canary-material-old');
const NEW = new Secret('canary-material-new');

let folder: string;
let root: string;
let outside: string;
let target: string;
let sink: Sink;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'file-sink-')));
  [root, outside] = [join(folder, 'secrets'), join(folder, 'elsewhere')];
  mkdirSync(root);
  mkdirSync(outside);
  target = join(root, 'payments');
  sink = sinkOver([root]);
});
afterEach(() => rmSync(folder, { recursive: true }));

function sinkOver(fileRoots: string[]): Sink {
  const [only] = sinks({ fileRoots });
  if (only === undefined) throw new Error('the catalogue is empty');
  return only;
}

const always = () => true;
const going = new AbortController().signal;

/** Each way of using a target; what is refused must be refused by all of them. */
const uses: [string, (sink: Sink, target: string) => Promise<unknown>][] = [
  ['check', (sink, target) => sink.check(target)],
  ['read', (sink, target) => sink.read(target)],
  ['deliver', (sink, target) => sink.deliver(target, NEW, going)],
  ['restore', (sink, target) => sink.restore(target, { previous: OLD, isOurs: always }, going)],
  ['remove', (sink, target) => sink.restore(target, { previous: null, isOurs: always }, going)],
];

async function refusedByAll(refused: string, used: Sink = sink): Promise<string> {
  let sentence = '';
  for (const [name, use] of uses) {
    const error = await use(used, refused).then(
      () => new Error(`${name} allowed ${JSON.stringify(refused)}`),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof Refusal)) throw error;
    sentence = error.message;
  }
  return sentence;
}

test('the caller’s file holds exactly the secret and a newline, and only its owner can read it', async () => {
  await sink.deliver(target, NEW, going);
  expect(readFileSync(target, 'utf8')).toBe('canary-material-new\n');
  expect(statSync(target).mode & 0o777).toBe(0o600);
  expect((await sink.read(target))?.reveal()).toBe('canary-material-new');
  expect(readdirSync(root)).toEqual(['payments']);
});

test('any one-line secret is read back as it was delivered', async () => {
  const oneLine = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text));
  await fc.assert(
    fc.asyncProperty(oneLine, async (text) => {
      await sink.deliver(target, new Secret(text), going);
      expect((await sink.read(target))?.reveal()).toBe(text);
    }),
  );
});

test.each(['', 'ends-with-a-return\r'])(
  'does not report %j as delivered, because its caller would read something else',
  async (text) => {
    await expect(sink.deliver(target, new Secret(text), going)).rejects.toThrow('does not hold what was written');
  },
);

test('a reader sees the old secret or the new one, never a part or nothing', async () => {
  const [one, other] = ['1', '2'].map((digit) => new Secret(digit.repeat(30_000)));
  if (one === undefined || other === undefined) throw new Error('unreachable');
  await sink.deliver(target, one, going);
  let over = false;
  const reading = (async () => {
    const seen = new Set<string>();
    while (!over) {
      seen.add(readFileSync(target, 'utf8'));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return seen;
  })();
  for (let i = 0; i < 40; i++) await sink.deliver(target, i % 2 === 0 ? other : one, going);
  over = true;
  const allowed = [`${one.reveal()}\n`, `${other.reveal()}\n`];
  for (const text of await reading) expect(allowed.includes(text)).toBe(true);
});

test('says that nothing is there: no file, or an empty one', async () => {
  expect(await sink.read(target)).toBeNull();
  writeFileSync(target, '\n');
  expect(await sink.read(target)).toBeNull();
  await sink.check(target);
});

test('puts back what was there before', async () => {
  writeFileSync(target, 'canary-material-old\n');
  const previous = await sink.read(target);
  await sink.deliver(target, NEW, going);
  await sink.restore(target, { previous, isOurs: always }, going);
  expect(readFileSync(target, 'utf8')).toBe('canary-material-old\n');
});

test('removes what it delivered when nothing was there before, and can do it again', async () => {
  await sink.deliver(target, NEW, going);
  await sink.restore(target, { previous: null, isOurs: always }, going);
  await sink.restore(target, { previous: null, isOurs: always }, going);
  expect(readdirSync(root)).toEqual([]);
});

test('puts nothing back over what came there meanwhile', async () => {
  const isOurs = (there: Secret) => there.reveal() === OLD.reveal();
  for (const previous of [new Secret('canary-material-older'), null]) {
    await sink.deliver(target, OLD, going);
    // Another run delivers at the same moment; whichever of them is first, what it delivered is there.
    await Promise.all([sink.restore(target, { previous, isOurs }, going), sink.deliver(target, NEW, going)]);
    expect(readFileSync(target, 'utf8')).toBe('canary-material-new\n');
    expect(await sink.restore(target, { previous, isOurs }, going)).toBe(false);
    expect(readFileSync(target, 'utf8')).toBe('canary-material-new\n');
  }
});

test('a secret that a crash left beside the file goes with the next delivery, and with the next removal', async () => {
  const left = join(root, '.payments.rekey-new');
  for (const next of [
    () => sink.deliver(target, NEW, going),
    () => sink.restore(target, { previous: null, isOurs: always }, going),
  ]) {
    writeFileSync(left, 'canary-material-half');
    await next();
    expect(existsSync(left)).toBe(false);
  }
});

test('a link that waits beside the file is not written through', async () => {
  const trap = join(outside, 'trap');
  symlinkSync(trap, join(root, '.payments.rekey-new'));
  await sink.deliver(target, NEW, going);
  expect(existsSync(trap)).toBe(false);
});

test('does not overwrite a file that holds more than a secret', async () => {
  const content = 'DATABASE_URL=postgres://db\nAPI_KEY=canary-material-old\n';
  writeFileSync(target, content);
  await expect(sink.check(target)).rejects.toThrow(/has 2 lines.*would overwrite the rest/);
  await expect(sink.deliver(target, NEW, going)).rejects.toThrow(Refusal);
  expect(readFileSync(target, 'utf8')).toBe(content);
  // Quarantine still has to be able to keep it as evidence.
  expect((await sink.read(target))?.reveal()).toBe(content.trimEnd());
});

test('does not read a file that is too large for a secret', async () => {
  writeFileSync(target, 'x'.repeat(64 * 1024 + 1));
  await expect(sink.read(target)).rejects.toThrow('has 65537 bytes');
});

test.each([
  'payments',
  './secrets/payments',
  '',
  'ROOT/../elsewhere/payments',
  'ROOT/./payments',
  'ROOT//payments',
  'ROOT/payments/',
  'ROOT/..',
  'ROOT/.',
  'ROOT',
  'ROOT/',
  '/',
  'ROOT/pay\0ments',
  'ROOT/missing/payments',
  'FOLDER/elsewhere/payments',
  'FOLDER/secrets-of-others/payments',
  '/etc/passwd',
  '/proc/self/environ',
  '/dev/null',
])('refuses %j as a target', async (spelled) => {
  mkdirSync(join(folder, 'secrets-of-others'));
  await refusedByAll(spelled.replace('ROOT', root).replace('FOLDER', folder));
  expect(readdirSync(outside)).toEqual([]);
});

test('refuses everything while no folder is allowed, and says which variable to set', async () => {
  expect(await refusedByAll(target, sinkOver([]))).toContain('REKEY_FILE_SINK_ROOTS');
  expect(await refusedByAll(target, sinkOver([join(folder, 'not-there')]))).toContain('REKEY_FILE_SINK_ROOTS');
});

test('refuses a link, a folder, a pipe and a device in the place of the file', async () => {
  const victim = join(outside, 'victim');
  writeFileSync(victim, 'untouched');
  const kinds = [
    () => symlinkSync(victim, target),
    () => symlinkSync(join(outside, 'dangling'), target),
    () => mkdirSync(target),
    () => execFileSync('mkfifo', [target]),
    ...(process.getuid?.() === 0 ? [() => execFileSync('mknod', [target, 'c', '1', '3'])] : []),
  ];
  for (const make of kinds) {
    make();
    expect(await refusedByAll(target)).toContain('must be a plain file');
    rmSync(target, { recursive: true });
  }
  expect(readFileSync(victim, 'utf8')).toBe('untouched');
  expect(readdirSync(outside)).toEqual(['victim']);
});

test('refuses a folder that is a link out of the allowed one, and follows one that stays inside', async () => {
  symlinkSync(outside, join(root, 'out'));
  mkdirSync(join(root, 'real'));
  symlinkSync(join(root, 'real'), join(root, 'alias'));
  expect(await refusedByAll(join(root, 'out', 'payments'))).toContain('outside of the folders');
  await sink.deliver(join(root, 'alias', 'payments'), NEW, going);
  expect(readFileSync(join(root, 'real', 'payments'), 'utf8')).toBe('canary-material-new\n');
});

test.runIf(process.getuid?.() === 0)('the new file belongs to whom the old one belonged to', async () => {
  writeFileSync(target, 'canary-material-old\n');
  chownSync(target, 1234, 2345);
  await sink.deliver(target, NEW, going);
  const { uid, gid, mode } = statSync(target);
  expect([uid, gid, mode & 0o777]).toEqual([1234, 2345, 0o600]);
});

test.runIf(process.getuid?.() === 0)(
  'refuses a file of somebody else when it cannot keep its owner, or a folder that it cannot write',
  () => {
    chmodSync(folder, 0o755);
    chmodSync(root, 0o777);
    writeFileSync(target, 'canary-material-old\n');
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o755 });
    // In a process of its own, because a user id cannot be given back.
    const script = `
    import { fileSink } from ${JSON.stringify(new URL('../../src/sinks/file.ts', import.meta.url).href)};
    process.setgid(65534); process.setgroups([]); process.setuid(65534);
    const sink = fileSink({ roots: ${JSON.stringify([root, closed])} });
    for (const target of ${JSON.stringify([target, join(closed, 'payments')])})
      await sink.check(target).then(() => console.log('allowed'), (error) => console.log(error.name, error.message));`;
    const env = { ...process.env, NODE_COMPILE_CACHE: '' };
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' });
    const [foreign, unwritable] = printed.trim().split('\n');
    expect(foreign).toMatch(/^Refusal .*belongs to user 0 and Rekey runs as user 65534/);
    expect(unwritable).toMatch(/^Refusal Rekey cannot write into/);
  },
);

test('no refusal repeats key material', async () => {
  writeFileSync(target, 'canary-material-old\nsecond line\n');
  await sink.check(target).catch((error: Error) => expect(error.message + error.stack).not.toContain('canary'));
  expect.assertions(1);
});

test('an attempt that was given up puts nothing there any more, and leaves nothing beside it', async () => {
  await sink.deliver(target, OLD, going);
  const givenUp = AbortSignal.abort(new Error('its time is up'));
  await expect(sink.deliver(target, NEW, givenUp)).rejects.toThrow('its time is up');
  await expect(sink.restore(target, { previous: NEW, isOurs: always }, givenUp)).rejects.toThrow('its time is up');
  await expect(sink.restore(target, { previous: null, isOurs: always }, givenUp)).rejects.toThrow('its time is up');
  expect((await sink.read(target))?.reveal()).toBe(OLD.reveal());
  expect(readdirSync(root)).toEqual(['payments']);
});
