import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mintKey } from '../src/providers/key-format.ts';
import { encodingsOf, holdsSecret, scrub } from '../src/scrub.ts';
import { liveSecrets, Secret } from '../src/secret.ts';

/** As secrets look: random text without a shape of its own, long enough to be no word. */
const material = fc.string({
  unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="\\\'&<>%é€ \t\n'),
  minLength: 16,
  maxLength: 60,
});
const around = fc.string({ unit: 'grapheme', maxLength: 40 });

// Without encodingsOf, so that it is not tested with itself: what other programs would do with a secret.
const spellings: Record<string, (text: string) => string> = {
  raw: (text) => text,
  'inside JSON': (text) => JSON.stringify({ note: `is ${text}!` }),
  'JSON inside JSON': (text) => JSON.stringify({ body: JSON.stringify({ note: text }) }),
  'inside a URL': (text) => `https://example.com/?q=${encodeURIComponent(text)}&x=1`,
  'as a form': (text) => new URLSearchParams({ q: text }).toString(),
  'in Slack’s mrkdwn': (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;'),
  hex: (text) => Buffer.from(text).toString('hex'),
  HEX: (text) => Buffer.from(text).toString('hex').toUpperCase(),
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64, one byte in': (text) => Buffer.from(`u${text}:`).toString('base64'),
  'base64, two bytes in': (text) => Buffer.from(`us${text}::`).toString('base64'),
  'base64, in a basic header': (text) => `Basic ${Buffer.from(`user:${text}`).toString('base64')}`,
  'base64url, one byte in': (text) => Buffer.from(`u${text}`).toString('base64url'),
  'base64url, two bytes in': (text) => Buffer.from(`us${text}:`).toString('base64url'),
  'base64 of base64': (text) => Buffer.from(`x${Buffer.from(text).toString('base64')}`).toString('base64'),
};

test.each(Object.entries(spellings))('finds and masks a live secret at any position: %s', (_, spell) => {
  fc.assert(
    fc.property(material, around, around, (text, before, after) => {
      new Secret(text);
      const spelled = before + spell(text) + after;
      expect(holdsSecret(spelled)).toBe(true);
      const masked = scrub(spelled);
      expect(masked).toContain('[secret]');
      expect(masked).not.toContain(text);
    }),
    { numRuns: 60 },
  );
});

test('leaves nothing of a base64 value but the characters that it shares with its neighbours', () => {
  const text = 'canary-material-of-base64';
  new Secret(text);
  for (const lead of ['', 'a', 'ab']) {
    const masked = scrub(`<${Buffer.from(`${lead}${text}`).toString('base64')}>`);
    expect(masked.replace('[secret]', '').length).toBeLessThanOrEqual('<>abc=='.length + 2);
  }
});

test('masks all of two secrets that overlap', () => {
  const [one, other] = ['overlap-first-part-and-middle', 'middle-and-the-last-part-here'];
  for (const text of [one, other]) new Secret(text);
  expect(scrub('x overlap-first-part-and-middle-and-the-last-part-here y')).toBe('x [secret] y');
});

test('masks the longer of two secrets that start alike', () => {
  for (const text of ['same-start-short', 'same-start-short-and-longer']) new Secret(text);
  expect(scrub('(same-start-short-and-longer)')).toBe('([secret])');
});

test.each([
  `rekey_live_0123456789ABCDEF_${'0'.repeat(43)}1cRyi2`,
  `rekey_test_0123456789ABCDEF_${'z'.repeat(49)}`,
  `stoa_sk_${'0af3'.repeat(8)}`,
  `sk_live_${'0af3'.repeat(16)}`,
  ['xoxb', '123456789012', '1234567890123', 'AbCdEfGhIjKlMnOpQrStUvWx'].join('-'),
  ['xoxp', '123456789012', 'abcdef0123456789'].join('-'),
  ['xoxa', '2', '123456789012'].join('-'),
  ['xapp', '1', 'A0123456789', '1234567890123', 'abcdef0123456789'].join('-'),
])('masks what is shaped like a secret though nobody here has ever held it: %s', (text) => {
  for (const spelled of [text, `key=${text}`, `"${text}"`, `_${text}_`, `*${text}*`]) {
    expect(scrub(spelled)).toBe(spelled.replace(text, '[secret]'));
    expect(holdsSecret({ blocks: [{ text: spelled }] })).toBe(true);
  }
});

// Put together here, so that no scanner takes this file for a leak.
const FOREIGN: [string, string][] = [
  ['an AWS access key id', `AKIA${'IOSFODNN7EXAMPLE'}`],
  ['a GitHub token', `ghp_${'aB3'.repeat(12)}`],
  ['a GitHub app token', `ghs_${'aB3'.repeat(12)}`],
  ['a fine-grained GitHub token', `github_pat_${'A1'.repeat(11)}_${'b2'.repeat(29)}b`],
  ['a live payment key', `sk_live_${'51Hx'.repeat(6)}`],
  ['a restricted payment key', `rk_live_${'51Hx'.repeat(6)}`],
  ['a test payment key', `sk_test_${'51Hx'.repeat(4)}`],
  ['a Google API key', `AIza${'Sy_-a'.repeat(7)}`],
  ['a GitLab token', `glpat-${'aB3_-'.repeat(4)}`],
  ['an npm token', `npm_${'aB3'.repeat(12)}`],
  ['a webhook secret', `whsec_${'aB3+'.repeat(8)}`],
  ['a signed web token', `eyJ${'hbGciOiJI'}.eyJ${'zdWIiOiIx'}.${'SflKxwRJSM'}`],
  ['a private key', `-----BEGIN ${'PRIVATE'} KEY-----\nMIIEvQ+/aB3=\n`],
  ['an OpenSSH private key', `-----BEGIN OPENSSH ${'PRIVATE'} KEY-----\nb3BlbnNzaA==\n`],
];

test.each(FOREIGN)("knows %s, another system's, by its shape", (_name, text) => {
  for (const spelled of [text, `key=${text}`, `"${text}"`, `because ${text} leaked`, JSON.stringify({ note: text })]) {
    expect(holdsSecret({ details: { spelled } })).toBe(true);
    expect(scrub(spelled)).not.toContain(text.trim().slice(-12));
  }
  expect(JSON.parse(scrub(JSON.stringify({ note: text, next: 'kept' })))).toMatchObject({ next: 'kept' });
});

test.each([
  'sk-live-docs',
  'sk_live_docs',
  'sk_test_short',
  'AKIA-prod',
  'AKIAIOSFODNN7',
  'ghp_docs',
  'github_pat_rotation',
  'glpat-docs',
  'npm_install_step',
  'AIza-maps',
  'eyJhbGciOiJI.not-a-token',
  '43ce886e0f0b0d3a9f1c2b7d5e6f708192a3b4c5',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  '0193e5a0-7c1e-7b52-9a34-3f1c2b7d5e6f',
  '-----BEGIN CERTIFICATE-----',
  '-----BEGIN PUBLIC KEY-----',
])('takes %s for no secret', (text) => {
  expect([scrub(text), holdsSecret({ text })]).toEqual([text, false]);
});

test('a line without a secret stays as it is', () => {
  const lines = [
    '',
    'short',
    'payments-prod v3 expired 36 minutes ago; rotate it with /rotate-key payments-prod',
    'rekey_live_0123456789ABCDEF is the public id and may be shown, as may rekey_live_…',
    'xoxb- is how bot tokens start; SLACK_APP_TOKEN starts with xapp-',
    '{"level":30,"time":"2027-03-10T12:00:00.000Z","run":"run-4k9x2m7qpd","msg":"ready"}',
  ];
  for (const line of lines) expect([scrub(line), holdsSecret(line)]).toEqual([line, false]);
});

test('finds a secret anywhere in a payload', () => {
  const text = 'canary-material-in-payload';
  new Secret(text);
  const circular: Record<string, unknown> = { deep: [{ er: { text: `is ${text}` } }] };
  circular.self = circular;
  const payloads = [
    circular,
    { [text]: true },
    [[[text]]],
    new Map([[text, 1]]),
    new Map([[1, { text }]]),
    new Set([text]),
    Buffer.from(`<${text}>`),
    new Error(text),
    new Error('outer', { cause: new Error(text) }),
    new URL(`https://example.com/${text}`),
    { toJSON: () => ({ text }) },
    { private_metadata: JSON.stringify({ note: Buffer.from(text).toString('base64') }) },
  ];
  for (const payload of payloads) expect(holdsSecret(payload)).toBe(true);
});

test('a payload without one passes, and a Secret in it is none, because it prints as [secret]', () => {
  const harmless = {
    text: 'hello',
    n: 1,
    big: 1n,
    no: null,
    un: undefined,
    at: new Date(),
    f: () => 1,
    s: new Secret('hidden-away-well'),
  };
  for (const payload of [harmless, undefined, null, 7, '', [], new Error('sorry')])
    expect(holdsSecret(payload)).toBe(false);
});

test('a secret with half a character in it does not break the scrubber', () => {
  const text = 'half-a-pair-\ud83d-of-surrogates';
  new Secret(text);
  expect(scrub(`x ${text} y`)).toBe('x [secret] y');
});

test('no encoding of a secret is so short that it would mask ordinary words', () => {
  fc.assert(fc.property(fc.string({ maxLength: 20 }), (text) => encodingsOf(text).every((form) => form.length >= 8)));
});

test('forgets secrets that are no longer live, and still knows the others', () => {
  const first = new Secret('the-very-first-of-many-secrets');
  for (let i = 0; i < 6_000; i++) {
    new Secret(`one-of-many-secrets-${i}`);
    if (i % 500 === 0) scrub('learn them');
  }
  expect(liveSecrets().has(first.reveal())).toBe(false);
  expect(scrub('the-very-first-of-many-secrets')).toBe('the-very-first-of-many-secrets');
  for (const i of [4_000, 5_000, 5_999]) expect(scrub(`one-of-many-secrets-${i}`)).toBe('[secret]');
});

test.each<[string, string, (i: number) => string]>([
  ['keys of our own, which all start alike', 'a step ended '.repeat(12), () => mintKey('live').secret.reveal()],
  ['secrets that end alike', 'a step ended '.repeat(12), (i) => `live-secret-number-${i}-${'q'.repeat(40)}`],
  ['passphrases full of special characters', 'a step ended '.repeat(12), (i) => `"pass"\\<&>%é€ ${i} ${i * 7919} /+=`],
  [
    'keys of our own, in a line that names public ids',
    'rekey_live_ '.repeat(12),
    () => mintKey('live').secret.reveal(),
  ],
])(
  'with 2 000 live secrets a log line costs less than 0.2 ms, and learning them less than 0.5 s: %s',
  (_, msg, secretOf) => {
    const line = JSON.stringify({ level: 30, time: new Date(), run: 'run-4k9x2m7qpd', msg });
    const secrets = Array.from({ length: 2_000 }, (_, i) => new Secret(secretOf(i)));
    const learning = cpuMs(() => {
      scrub(line);
      // Whatever other tests have left is forgotten at the second call, and all that is live is learnt again.
      scrub(line);
    });
    expect(learning).toBeLessThan(500);
    const batches = Array.from({ length: 8 }, () => cpuMs(() => repeat(200, () => scrub(line))) / 200);
    expect(Math.min(...batches)).toBeLessThan(0.2);
    expect(scrub(`${secrets.at(-1)?.reveal()} ${secrets.at(0)?.reveal()}`)).toBe('[secret] [secret]');
  },
);

// Processor time and not the clock: other work on the machine would decide otherwise.
function cpuMs(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

function repeat(times: number, work: () => void): void {
  for (let i = 0; i < times; i++) work();
}
