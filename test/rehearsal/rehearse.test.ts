import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isGood, rehearse } from '../../src/rehearsal/rehearse.ts';
import { updateExpectations } from '../../src/rehearsal/update.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { aRehearsalWorld, casesOf, GOOD_CASES, problemsOf, SMALL } from './rehearsal-world.ts';

const one = (text: string) => `  - name: one\n${text.replace(/^/gm, '    ')}\n`;

describe('a rehearsal', () => {
  it('passes when everything comes out as its file says, and covers every step and branch', async () => {
    const report = await aRehearsalWorld().play();
    expect(casesOf(report).flatMap((result) => result.problems)).toEqual([]);
    expect(report.rehearsed[0]?.coverage).toMatchObject({ percent: 100, missing: [] });
    expect(isGood(report, 100)).toBe(true);
  });

  it('fails when the runbook goes another way than before, and shows both paths side by side', async () => {
    const world = aRehearsalWorld(
      GOOD_CASES,
      SMALL.replace('    uses: secret', '    when: inputs.careful\n    uses: secret'),
    );
    const report = await world.play();
    const [first] = casesOf(report);
    expect(first?.problems[0]).toMatch(/^deliver: expected done, got skipped: when inputs\.careful does not hold/);
    expect(first?.comparison?.path).toContainEqual({
      step: 'deliver',
      expected: 'done',
      got: 'skipped',
      because: 'when inputs.careful does not hold',
    });
    expect(isGood(report, 0)).toBe(false);
  });

  it('fails when the run ends otherwise', async () => {
    const problems = await problemsOf(aRehearsalWorld(GOOD_CASES.replace('outcome: succeeded', 'outcome: cancelled')));
    expect(problems).toEqual(['outcome: expected cancelled, got succeeded']);
  });

  it('fails when somebody was not told, or a key is not as it should be', async () => {
    const wrong = GOOD_CASES.replace('says: payments-prod v4', 'says: payments-prod v9').replace(
      'payments-prod v3: active,',
      'payments-prod v3: revoked,',
    );
    const problems = await problemsOf(aRehearsalWorld(wrong));
    expect(problems[0]).toMatch(/^told carol: expected the words “payments-prod v9”, got “/);
    expect(problems[1]).toBe('payments-prod v3: expected state revoked, got active');
  });

  it('fails when people are asked and the file does not say what they do, with what to write', async () => {
    const [first] = await problemsOf(aRehearsalWorld(one('expect: { path: {} }')));
    expect(first).toBe(
      'go asks bob, carol for an approval, and the case does not say what they do; write `answers: { go: { approve: bob } }`, or `nobody`.',
    );
  });

  it('fails when an answer is not needed, so that no case means less than it says', async () => {
    const cases = one(
      'answers: { go: { deny: bob }, looked: { yes: carol } }\nexpect: { path: { class: done, go: failed } }',
    );
    expect(await problemsOf(aRehearsalWorld(cases))).toEqual([
      'answers.looked: nobody was asked that, or not so often',
    ]);
  });

  it('fails when Rekey refuses an answer, unless the file expects just that refusal', async () => {
    const refused = (more: string) =>
      one(`answers: { go: [{ approve: alice${more} }, { deny: bob }] }\nexpect: { path: { class: done, go: failed } }`);
    expect(await problemsOf(aRehearsalWorld(refused('')))).toEqual([
      expect.stringMatching(/^go: Rekey refused this answer \(own_request\)/),
    ]);
    expect(await problemsOf(aRehearsalWorld(refused(', refused: own_request')))).toEqual([]);
  });

  it('names each branch that no case takes, where it stands', async () => {
    const report = await aRehearsalWorld(GOOD_CASES.slice(0, GOOD_CASES.indexOf('  - name: it does not work'))).play();
    const coverage = report.rehearsed[0]?.coverage;
    const line = SMALL.split('\n').findIndex((text) => text.includes('id: looked')) + 1;
    expect(coverage?.missing.map(({ id }) => id)).toEqual([
      'go/not_approved',
      'mint/undone',
      'deliver/undone',
      'looked',
      'looked/when',
      'looked/yes',
    ]);
    expect(coverage?.missing.find(({ id }) => id === 'looked')).toMatchObject({ line, gap: 'it is done in no case' });
    expect(coverage?.percent).toBeLessThan(100);
    expect([isGood(report, 100), isGood(report, 0)]).toEqual([false, true]);
  });

  it('fails when a case misses a branch that it says it covers', async () => {
    const cases = one(
      'covers: [looked/no]\nanswers: { go: { deny: bob } }\nexpect: { path: { class: done, go: failed } }',
    );
    expect(await problemsOf(aRehearsalWorld(cases))).toEqual(['covers: looked/no is not taken in this case']);
  });

  it('registers a key that lies ahead when the clock gets there, as the next version of its name', async () => {
    const cases = (after: string, expected: string) =>
      one(
        `answers: { go: { deny: bob, after: ${after} } }\nledger:\n  keys:\n` +
          '    - { slug: payments-prod, version: 3, owner: carol }\n' +
          '    - { slug: payments-prod, version: 4, owner: carol, created: +5m }\n' +
          `inputs: { key: payments-prod v3 }\nexpect: { path: { class: done, go: failed }, keys: { ${expected} } }`,
      );
    expect(
      await problemsOf(aRehearsalWorld(cases('6m', 'payments-prod v3: active, payments-prod v4: active'))),
    ).toEqual([]);
    const [early] = await problemsOf(aRehearsalWorld(cases('4m', 'payments-prod v4: active')));
    expect(early).toMatch(/expected payments-prod v4, got payments-prod v3/);
  });

  it('takes a failure from the file, tries again, and goes on with what is real', async () => {
    const cases = one(
      'outside: { deliver: { fails: { error: the disk is full, times: 2 } } }\nanswers: { go: { approve: bob } }\n' +
        'expect: { outcome: succeeded, path: { class: done, go: done, mint: done, deliver: done, looked: skipped, tell: done } }',
    );
    const [result] = casesOf(await aRehearsalWorld(cases).play());
    expect(result?.problems).toEqual([]);
    expect(result?.outcome?.elapsedMs).toBeGreaterThan(2_000);
  });

  it('reports what could not be taken back', async () => {
    const cases = one(
      'outside: { mint: { undo_fails: { error: the provider is away, class: permanent } } }\ninputs: { careful: true }\n' +
        'answers: { go: { approve: bob }, looked: { no: carol, evidence: refused } }\n' +
        'expect: { path: { class: done, go: done, mint: undo_failed, deliver: undone, looked: failed }, because: { mint: the provider is away } }',
    );
    expect(await problemsOf(aRehearsalWorld(cases))).toEqual([]);
  });

  it('makes up no outputs of a step that changes something or asks people', async () => {
    const cases = one('outside: { go: { outputs: { by: [bob] } } }\nexpect: { path: { class: done, go: failed } }');
    expect((await problemsOf(aRehearsalWorld(cases)))[0]).toBe(
      'go: the outputs of approve are not made up in a rehearsal; write what people do under `answers: { go: … }`.',
    );
  });

  it('goes on after a crash where the engine would', async () => {
    const crash = (at: string) =>
      one(
        `crash: [{ at: ${at}, step: mint }]\nanswers: { go: { approve: bob } }\n` +
          'expect: { outcome: succeeded, path: { class: done, go: done, mint: done, deliver: done, looked: skipped, tell: done } }',
      );
    for (const at of ['started', 'effect', 'outcome']) expect(await problemsOf(aRehearsalWorld(crash(at)))).toEqual([]);
  });

  it('ends with what stands still when nobody answers a question that has no end', async () => {
    const cases = one(
      'inputs: { careful: true }\nanswers: { go: { approve: bob }, looked: nobody }\n' +
        'expect: { outcome: waiting, path: { class: done, go: done, mint: done, deliver: done, looked: waiting } }',
    );
    expect(await problemsOf(aRehearsalWorld(cases))).toEqual([]);
  });

  it('tells the same twice', async () => {
    const retried = one(
      'outside: { deliver: { fails: { error: the disk is full, times: 3 } } }\nanswers: { go: { approve: bob } }',
    );
    const world = aRehearsalWorld(GOOD_CASES + retried);
    const told = async () =>
      casesOf(await world.play()).map(({ name, problems, comparison, outcome }) => ({
        name,
        problems,
        comparison,
        told: outcome?.told,
        undone: outcome?.undone,
        run: outcome?.run.id,
        elapsedMs: outcome?.elapsedMs,
      }));
    expect(await told()).toEqual(await told());
  });

  it('leaves no file behind, writes none beside the runbooks, and calls nobody', async () => {
    const world = aRehearsalWorld();
    const before = readdirSync(world.dir).sort();
    const text = readFileSync(world.rehearsalFile, 'utf8');
    const temporary = mkdtempSync(join(tmpdir(), 'rekey-empty-'));
    onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('TMPDIR', temporary);
    const connected = vi.spyOn(Socket.prototype, 'connect');
    await world.play();
    expect(readdirSync(world.dir).sort()).toEqual(before);
    expect(readFileSync(world.rehearsalFile, 'utf8')).toBe(text);
    expect(readdirSync(temporary)).toEqual([]);
    expect(connected).not.toHaveBeenCalled();
  });
});

describe('the rehearsals of a folder', () => {
  it('are missed where a runbook has none', async () => {
    const world = aRehearsalWorld();
    const report = await rehearse({ dir: world.dir, catalogue: stepKinds, only: ['R-OTHER'], named: null });
    expect(report.rehearsed).toEqual([]);
    const shipped = await rehearse({
      dir: join(import.meta.dirname, '..', '..', 'runbooks'),
      catalogue: stepKinds,
      only: [],
      named: 'no case has this name',
    });
    expect(shipped.problems).toEqual([]);
    expect(shipped.unrehearsed).toEqual([]);
  });

  it('are played for templates too, as if they had been copied up', async () => {
    const world = aRehearsalWorld();
    const templates = join(world.dir, 'templates');
    mkdirSync(templates);
    for (const name of ['R-SMALL.yaml', 'R-SMALL.rehearsal.yaml']) {
      const text = readFileSync(join(world.dir, name), 'utf8').replaceAll('R-SMALL', 'R-TEMPLATE');
      writeFileSync(join(templates, name.replace('R-SMALL', 'R-TEMPLATE')), text);
    }
    const { rehearsed, problems } = await world.play();
    expect(problems).toEqual([]);
    expect(rehearsed[1]).toMatchObject({ runbook: 'R-TEMPLATE', coverage: { percent: 100 } });
    expect(rehearsed[1]?.runbookFile).toMatch(/templates\/R-TEMPLATE\.yaml$/);
    expect(rehearsed[1]?.cases.flatMap((result) => result.problems)).toEqual([]);
  });

  it('are refused with file, line, column and what to write', async () => {
    const { problems } = await aRehearsalWorld(one('answers: { gone: { approve: bob } }')).play();
    expect(problems[0]).toMatchObject({ line: 7, column: 16, got: '`gone`', fix: 'did you mean `go`? write `go`' });
    const unknown = await aRehearsalWorld(one('answer: { go: { approve: bob } }')).play();
    expect(unknown.problems[0]).toMatchObject({ fix: 'did you mean `answers`? write `answers`' });
  });
});

describe('--update', () => {
  it('writes what happened, and the case fails until somebody has read it', async () => {
    const world = aRehearsalWorld(`${one('answers: { go: { deny: bob } } # why bob')}`);
    const [rehearsed] = (await world.play()).rehearsed;
    if (rehearsed === undefined) throw new Error('nothing was rehearsed');
    expect(await updateExpectations(rehearsed)).toBe(1);
    expect(readFileSync(world.rehearsalFile, 'utf8')).toContain('# why bob');
    expect(await problemsOf(world)).toEqual([
      'The expectation was written by --update and nobody has read it: read it, then remove `reviewed: false`.',
    ]);
  });

  it('writes nothing where everything is as expected', async () => {
    const world = aRehearsalWorld();
    const before = readFileSync(world.rehearsalFile, 'utf8');
    for (const rehearsed of (await world.play()).rehearsed) await updateExpectations(rehearsed);
    expect(readFileSync(world.rehearsalFile, 'utf8')).toBe(before);
  });
});
