// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a runbook writes references like this.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PermanentFailure, Refusal } from '../../src/errors.ts';
import { loadRunbooks } from '../../src/runbook/load.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { openRunbookSet } from '../../src/runbook/runbook-set.ts';
import { scheduleRotation } from '../../src/steps/schedule-rotation.ts';
import { GOOD, smallCatalogue } from './small-catalogue.ts';

let dir = '';

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'rekey-runbooks-')), 'runbooks');
  mkdirSync(dir);
  write('R-TEST.yaml', GOOD);
});

afterEach(() => {
  rmSync(join(dir, '..'), { recursive: true });
});

function write(name: string, text: string | Uint8Array): void {
  writeFileSync(join(dir, name), text);
}

async function load(): Promise<{ ids: string[]; problems: string[] }> {
  const { runbooks, problems } = await loadRunbooks(dir, smallCatalogue);
  return { ids: [...runbooks.keys()], problems: problems.map(describeProblem) };
}

const CALLER = GOOD.replace('runbook: R-TEST', 'runbook: R-CALLER');
const call = (target: string, inputs: string) =>
  CALLER.replace(
    '  waived: There is nothing to contain in a test.',
    `  - id: call\n    uses: start\n    with: { runbook: ${target}, inputs: ${inputs} }`,
  );

describe('a directory of runbooks', () => {
  test('loads the good ones beside the broken ones and reports every file, sorted', async () => {
    write('R-B.yaml', 'runbook: R-B\n');
    write('R-A.yaml', '- nothing\n');
    const { ids, problems } = await load();
    expect(ids).toEqual(['R-TEST']);
    expect(problems[0]).toMatch(/^runbooks\/R-A\.yaml:1:1 /);
    expect(problems.slice(1).every((problem) => problem.startsWith('runbooks/R-B.yaml:1:1 '))).toBe(true);
    expect(problems.length).toBeGreaterThan(5);
  });

  test('is read without policy, key classes, rehearsals, hidden files and other folders', async () => {
    for (const name of ['policy.yaml', 'key-classes.yaml', 'R-TEST.rehearsal.yaml', '.R-HIDDEN.yaml', 'notes.md'])
      write(name, '!!! not yaml');
    mkdirSync(join(dir, 'R-FOLDER.yaml'));
    expect(await load()).toEqual({ ids: ['R-TEST'], problems: [] });
  });

  test('refuses a file whose name is not its id', async () => {
    write('R-OTHER.yaml', GOOD);
    expect((await load()).problems).toEqual([
      'runbooks/R-OTHER.yaml:1:1 runbook: expected the file name `R-TEST.yaml`, after the id, got `R-OTHER.yaml`; write the runbook into `R-TEST.yaml`, or correct `runbook:`',
    ]);
  });

  test('follows no symbolic link, not even to a good runbook', async () => {
    symlinkSync(join(dir, 'R-TEST.yaml'), join(dir, 'R-LINK.yaml'));
    expect((await load()).problems).toEqual([
      expect.stringContaining('R-LINK.yaml:1:1 expected a file that can be read, got a symbolic link'),
    ]);
  });

  test('opens no pipe and does not wait for one', async () => {
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(dir, 'R-PIPE.yaml')]);
    expect((await load()).problems).toEqual([expect.stringContaining('expected an ordinary file')]);
  });

  test('refuses what is not UTF-8, and more than 256 KB', async () => {
    write('R-BYTES.yaml', Buffer.from([0x72, 0xff, 0xfe]));
    write('R-LARGE.yaml', 'x'.repeat(300_000));
    expect((await load()).problems).toEqual([
      expect.stringContaining('R-BYTES.yaml:1:1 expected text in UTF-8'),
      expect.stringContaining('R-LARGE.yaml:1:1 expected at most 256 KB'),
    ]);
  });
});

describe('a step that starts another runbook', () => {
  test('may hand over what that one takes', async () => {
    write('R-CALLER.yaml', call('R-TEST', '{ key: "${inputs.key}", situation: exploited }'));
    expect(await load()).toEqual({ ids: ['R-CALLER', 'R-TEST'], problems: [] });
  });

  test.each([
    ['a runbook that does not exist', 'R-TSET', '{ key: "${inputs.key}" }', 'did you mean `R-TEST`'],
    ['no key', 'R-TEST', '{}', 'expected a key of the ledger for R-TEST, got nothing'],
    ['an input of the wrong type', 'R-TEST', '{ key: "${inputs.key.slug}" }', 'expected a key, got `inputs.key.slug`'],
    [
      'a word that is not allowed',
      'R-TEST',
      '{ key: "${inputs.key}", situation: bad }',
      'expected `expired` or `exploited` for R-TEST',
    ],
    [
      'an input that it does not have',
      'R-TEST',
      '{ key: "${inputs.key}", sitution: expired }',
      'did you mean `situation`',
    ],
    ['itself', 'R-CALLER', '{ key: "${inputs.key}" }', 'got R-CALLER, which starts itself'],
  ])('is refused with %s', async (_name, target, inputs, words) => {
    write('R-CALLER.yaml', call(target, inputs));
    const { ids, problems } = await load();
    expect(ids).toEqual(['R-TEST']);
    expect(problems.join('\n')).toContain(words);
    expect(problems[0]).toMatch(/^runbooks\/R-CALLER\.yaml:21:\d+ contain\[0\]\.with\./);
  });

  test('is refused when the other one starts it again', async () => {
    write('R-CALLER.yaml', call('R-OTHER', '{ key: "${inputs.key}" }'));
    write(
      'R-OTHER.yaml',
      call('R-CALLER', '{ key: "${inputs.key}" }').replace('runbook: R-CALLER\ntitle', 'runbook: R-OTHER\ntitle'),
    );
    expect((await load()).problems.join('\n')).toContain('got R-OTHER, which starts R-CALLER again');
  });

  test('may put its own next time on the calendar, with what it takes', async () => {
    const next = (inputs: string) =>
      call('R-CALLER', inputs)
        .replace('uses: start', 'uses: schedule.rotation')
        .replace('with: { runbook', 'with: { key: "${inputs.key}", after: 60d, reason: The next time, runbook');
    const loaded = async (inputs: string) => {
      write('R-CALLER.yaml', next(inputs));
      return loadRunbooks(dir, [...smallCatalogue, scheduleRotation]);
    };
    expect((await loaded('{ key: "${inputs.key}" }')).problems).toEqual([]);
    expect((await loaded('{}')).problems.map(describeProblem).join()).toContain('a key of the ledger for R-CALLER');
  });
});

describe('the live set', () => {
  test('keeps the last good set when any file is broken, and says what is wrong', async () => {
    const set = await openRunbookSet(dir, smallCatalogue);
    const before = set.current('R-TEST');
    write('R-TEST.yaml', GOOD.replace('title: Something', 'title: Another thing'));
    write('R-NEW.yaml', 'runbook: R-NEW\n');
    expect((await set.reload()).length).toBeGreaterThan(0);
    expect(set.current('R-TEST')).toEqual(before);
    expect(set.problems()[0]?.file).toBe('runbooks/R-NEW.yaml');

    rmSync(join(dir, 'R-NEW.yaml'));
    expect(await set.reload()).toEqual([]);
    expect(set.all().get('R-TEST')?.title).toBe('Another thing happened to a key');
    expect(set.current('R-TEST')?.hash).not.toBe(before?.hash);
  });

  test('starts with the files that are right, because there is no earlier set to keep', async () => {
    write('R-NEW.yaml', 'runbook: R-NEW\n');
    const set = await openRunbookSet(dir, smallCatalogue);
    expect([...set.all().keys()]).toEqual(['R-TEST']);
    expect(set.problems().length).toBeGreaterThan(0);
  });

  test('gives a run the plan of the text that it started with, whatever the file says now', async () => {
    const set = await openRunbookSet(dir, smallCatalogue);
    const pinned = set.current('R-TEST');
    if (pinned === null) throw new Error('not loaded');
    write('R-TEST.yaml', GOOD.replace('id: tell', 'id: said'));
    expect(await set.reload()).toEqual([]);
    rmSync(join(dir, 'R-TEST.yaml'));
    expect(await set.reload()).toEqual([]);
    expect(set.current('R-TEST')).toBeNull();
    expect(
      set
        .planOf(pinned)
        .stages.flat()
        .map((step) => step.id),
    ).toContain('tell');
  });

  test('stops a run whose text is no longer accepted', async () => {
    const set = await openRunbookSet(dir, smallCatalogue);
    const old = { id: 'R-TEST', hash: 'old', text: GOOD.replace('uses: destroy', 'uses: demolish') };
    expect(() => set.planOf(old)).toThrow(PermanentFailure);
    expect(() => set.planOf(old)).toThrow(/recover\[3\]\.uses/);
  });

  test.each([
    [{ alert: 'key_failed', count: 5, windowMinutes: 10 }, ['R-TEST']],
    [{ alert: 'key_failed', count: 4, windowMinutes: 10 }, []],
    [{ alert: 'key_failed', count: 5, windowMinutes: 11 }, []],
    [{ alert: 'other', count: 5, windowMinutes: 10 }, []],
  ])('starts on %j: %j', async (signal, ids) => {
    const set = await openRunbookSet(dir, smallCatalogue);
    expect(set.startedBy({ source: 'hook:payments-api', ...signal })).toEqual(ids);
  });

  test('refuses inputs with the name of the input and the word that was meant', async () => {
    const set = await openRunbookSet(dir, smallCatalogue);
    expect(() => set.checkInputs('R-TEST', { situation: 'expird' })).toThrow(Refusal);
    expect(() => set.checkInputs('R-TEST', { situation: 'expird' })).toThrow(/`situation`.*did you mean `expired`/);
    expect(() => set.checkInputs('R-TSET', {})).toThrow(/did you mean `R-TEST`/);
  });
});
