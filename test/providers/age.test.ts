import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateHybridIdentity, generateIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Refusal } from '../../src/errors.ts';
import {
  assertAgeRecipient,
  backupIdentity,
  decryptStream,
  encryptStream,
  sealToAge,
} from '../../src/providers/age.ts';
import { masterKeyOf } from '../../src/providers/master-key.ts';
import { Secret } from '../../src/secret.ts';

const CANARY = 'canary-material-0123456789';
const RECIPIENT = await identityToRecipient(await generateIdentity());
const master = masterKeyOf(randomBytes(32));

/** The program of age's author. Without it these tests say so and are skipped on a developer's machine, but never where CI is set. */
const hasAge = existsSync('/usr/bin/age') || process.env.CI !== undefined;
if (!hasAge) console.warn('Skipped: what is sealed is opened with age itself, and there is no /usr/bin/age here.');

const streamOf = (...chunks: Uint8Array[]) => ReadableStream.from(chunks);
const bytesOf = async (stream: ReadableStream<Uint8Array>) => {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
};

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-age-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** `age-keygen`: the file of the identity, and its recipient. */
function keygen(): { file: string; recipient: string } {
  const file = join(aFolder(), 'key.txt');
  execFileSync('/usr/bin/age-keygen', ['-o', file], { stdio: 'ignore' });
  return { file, recipient: execFileSync('/usr/bin/age-keygen', ['-y', file], { encoding: 'utf8' }).trim() };
}

describe.skipIf(!hasAge)('with age itself', () => {
  test('what is sealed to a recipient is opened by age with its identity, and by nobody else', async () => {
    const [one, other] = [keygen(), keygen()];
    const sealed = await sealToAge(new Secret(CANARY), [one.recipient]);
    expect(sealed).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n[\s\S]+\n-----END AGE ENCRYPTED FILE-----\n?$/);
    const open = (file: string) => execFileSync('/usr/bin/age', ['-d', '-i', file], { input: sealed, stdio: 'pipe' });
    expect(open(one.file).toString()).toBe(CANARY);
    expect(() => open(other.file)).toThrow(/no identity matched/);
  });

  test('each of several recipients opens it', async () => {
    const both = [keygen(), keygen()];
    const sealed = await sealToAge(
      new Secret(CANARY),
      both.map(({ recipient }) => recipient),
    );
    for (const { file } of both)
      expect(execFileSync('/usr/bin/age', ['-d', '-i', file], { input: sealed }).toString()).toBe(CANARY);
  });

  test('a long stream is opened by age, byte for byte', async () => {
    const { file, recipient } = keygen();
    const plain = randomBytes(3 * 64 * 1024 + 17);
    const sealed = await bytesOf(await encryptStream(streamOf(plain.subarray(0, 99), plain.subarray(99)), [recipient]));
    const opened = execFileSync('/usr/bin/age', ['-d', '-i', file], { input: sealed, maxBuffer: 2 ** 24 });
    expect(opened.equals(plain)).toBe(true);
  });

  test('what age seals to the recipient of backups is opened with the master key', async () => {
    const { identity, recipient } = await backupIdentity(master);
    const plain = join(aFolder(), 'plain');
    writeFileSync(plain, 'a backup');
    const sealed = execFileSync('/usr/bin/age', ['-r', recipient, plain]);
    expect((await bytesOf(await decryptStream(streamOf(sealed), [identity]))).toString()).toBe('a backup');
  });
});

test.each([
  ['nothing', ''],
  ['a name', 'carol'],
  ['a cut one', RECIPIENT.slice(0, -1)],
  ['one with a typo', RECIPIENT.replace(/.$/, (last) => (last === 'q' ? 'p' : 'q'))],
  ['an SSH key', `ssh-ed25519 ${randomBytes(51).toString('base64')}`],
  ['two at once', `${RECIPIENT} ${RECIPIENT}`],
])('refuses %s as a recipient, with what was expected and how to get it', async (_, text) => {
  const error = await sealToAge(new Secret(CANARY), [RECIPIENT, text]).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Refusal);
  expect(error).toMatchObject({ code: 'age_recipient' });
  expect(String(error)).toContain('age-keygen -y');
  expect(String(error)).not.toContain(CANARY);
});

test('refuses an identity without repeating it, because it is the private half', async () => {
  for (const identity of [await generateIdentity(), (await generateIdentity()).toLowerCase()])
    try {
      assertAgeRecipient(identity);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'age_recipient' });
      expect(String(error)).toContain('private half');
      expect(String(error) + (error as Error).stack).not.toContain(identity);
    }
});

test('refuses to seal to nobody, and to a point that anybody could compute the secret of', async () => {
  // The bech32 text of 32 zero bytes.
  const zero = 'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqql6l7y8';
  for (const recipients of [[], [zero]]) {
    const error = await sealToAge(new Secret(CANARY), recipients).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'age_recipient' });
  }
});

test('seals to post-quantum recipients, too', async () => {
  const recipient = await identityToRecipient(await generateHybridIdentity());
  expect(await sealToAge(new Secret(CANARY), [recipient])).toContain('BEGIN AGE ENCRYPTED FILE');
});

test('the same master key always gives the same backup key, another one another', async () => {
  const again = await backupIdentity({ ...master, bytes: Uint8Array.from(master.bytes) });
  expect(again.recipient).toBe((await backupIdentity(master)).recipient);
  expect((await backupIdentity(masterKeyOf(randomBytes(32)))).recipient).not.toBe(again.recipient);
  await expect(crypto.subtle.exportKey('pkcs8', again.identity)).rejects.toThrow();
});

test('a backup opens with the master key that it was made under, although there is a newer one', async () => {
  const [old, current] = [await backupIdentity(master), await backupIdentity(masterKeyOf(randomBytes(32)))];
  const sealed = await bytesOf(await encryptStream(streamOf(Buffer.from('old')), [old.recipient]));
  const opened = await decryptStream(streamOf(sealed), [current.identity, old.identity]);
  expect((await bytesOf(opened)).toString()).toBe('old');
  const error = await decryptStream(streamOf(sealed), [current.identity]).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'age_identity' });
});

test('a stream that was altered, cut or swapped anywhere never ends well', async () => {
  const { identity, recipient } = await backupIdentity(master);
  const plain = randomBytes(2 * 64 * 1024 + 100);
  const sealed = await bytesOf(await encryptStream(streamOf(plain), [recipient]));
  const opens = async (bytes: Uint8Array) => bytesOf(await decryptStream(streamOf(bytes), [identity]));
  expect((await opens(sealed)).equals(plain)).toBe(true);
  for (const at of [0, 30, 150, 250, 70_000, sealed.length - 1]) {
    const altered = Buffer.from(sealed);
    altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
    await expect(opens(altered)).rejects.toThrow();
  }
  const header = sealed.length - plain.length - 3 * 16;
  for (const length of [10, header, header + 64 * 1024 + 16, sealed.length - 1])
    await expect(opens(sealed.subarray(0, length))).rejects.toThrow();
});

test('a stream of 200 MB passes through without being held in memory', async () => {
  const { identity, recipient } = await backupIdentity(master);
  const chunk = randomBytes(1024 * 1024);
  const source = ReadableStream.from(
    (function* () {
      for (let i = 0; i < 200; i++) yield chunk;
    })(),
  );
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let [total, peak] = [0, before];
  for await (const piece of await decryptStream(await encryptStream(source, [recipient]), [identity])) {
    total += piece.length;
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  expect(total).toBe(200 * chunk.length);
  expect(peak - before).toBeLessThan(120 * 1024 * 1024);
}, 60_000);
