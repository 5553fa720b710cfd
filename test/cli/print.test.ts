import { expect, test, vi } from 'vitest';
import { say, sayJson, table } from '../../src/cli/print.ts';
import { Secret } from '../../src/secret.ts';

const rows = [
  ['payments-prod v3', 'expired', '2027-03-10 11:24'],
  ['a-service-with-a-very-long-name v12', 'healthy', 'never'],
];

function said(work: () => void): string {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  work();
  const text = write.mock.calls.map(([chunk]) => String(chunk)).join('');
  write.mockRestore();
  return text;
}

test('columns are as wide as they need to be', () => {
  expect(table(['key', 'health', 'expires'], rows, 200)).toBe(
    [
      'key                                  health   expires',
      'payments-prod v3                     expired  2027-03-10 11:24',
      'a-service-with-a-very-long-name v12  healthy  never',
    ].join('\n'),
  );
});

test('in a narrow terminal the widest column gives way, and every column stays', () => {
  const narrow = table(['key', 'health', 'expires'], rows, 48);
  expect(narrow).toBe(
    [
      'key                    health   expires',
      'payments-prod v3       expired  2027-03-10 11:24',
      'a-service-with-a-ver…  healthy  never',
    ].join('\n'),
  );
  expect(
    Math.max(
      ...table(['key', 'health', 'expires'], rows, 30)
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBe(30);
});

test('text of other people cannot move the cursor, ring or write backwards', () => {
  expect(said(() => say('a\u001b[2Jb\u0007c\r\u009bd\u202ee\nf'))).toBe('a�[2Jb�c��d�e\nf\n');
});

test('a secret that slips into an answer is masked there', () => {
  const secret = new Secret('a-secret-that-is-alive-in-this-process');
  expect(said(() => sayJson({ slipped: secret.reveal(), held: secret }))).toBe(
    '{\n  "slipped": "[secret]",\n  "held": "[secret]"\n}\n',
  );
});
