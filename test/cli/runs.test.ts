import { expect, test } from 'vitest';
import { anInstallationOf, PRODUCTION_FACTS } from '../support/cli-people.ts';

const EXPLOITED = ['--mode', 'exploited', '--because', 'token in a public gist', '--yes'];
const WHY = ['--because', 'the payments team is in the middle of a release'];

// Each line typed is a process of its own.
const LONG = 90_000;

/** An emergency of bob that waits for alice to agree; carol, whose key it is, may not. */
async function anOpenRun() {
  const installation = anInstallationOf('bob', {
    groups: { security: ['alice', 'bob', 'carol'], oncall: ['alice', 'bob'] },
  });
  const { rekey, folder } = installation;
  const env = { REKEY_FILE_SINK_ROOTS: folder };
  const delivered = ['--deliver', `file:${folder}/payments.secret`];
  await rekey(['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS, ...delivered], { env });
  expect(await rekey(['keys', 'rotate', 'payments-prod', ...EXPLOITED], { env })).toMatchObject({ code: 0, err: '' });
  const typed = (...args: string[]) => rekey(['runs', ...args], { env });
  const [open] = JSON.parse((await typed('list', '--json')).out) as { id: string }[];
  if (open === undefined) throw new Error('no run is open');
  return { ...installation, typed, id: open.id };
}

test(
  'the open runs are listed with what each one waits for, and one is shown with its steps, as words and as JSON',
  async () => {
    const { typed, id } = await anOpenRun();
    const listed = await typed('list');
    expect(listed).toMatchObject({ code: 0, err: '' });
    expect(listed.out).toMatch(new RegExp(`${id} .*payments-prod +running .*the approval of .*alice`));
    const shown = await typed('show', id);
    expect(shown.out).toContain(`${id}  R-`);
    expect(shown.out).toMatch(/waiting +\d{4}-\d\d-\d\d \d\d:\d\d +the approval of/);
    expect(shown.out).toMatch(/next deadline \d{4}/);
    expect(shown.out).toMatch(/waits for .*alice.* until/);
    const facts = JSON.parse((await typed('show', id, '--json')).out);
    expect(facts).toMatchObject({ id, key: 'payments-prod', state: 'running', paused: null, children: [] });
    expect(facts.steps.map(({ state }: { state: string }) => state)).toContain('to_come');
  },
  LONG,
);

test(
  'a run is paused, says who holds it, is resumed and cancelled, each with a reason',
  async () => {
    const { typed, id } = await anOpenRun();
    expect(await typed('pause', id)).toMatchObject({ code: 2, err: expect.stringContaining('--because is missing') });
    const paused = await typed('pause', id, ...WHY);
    expect(paused).toMatchObject({ code: 0, out: expect.stringContaining(`rekey runs resume ${id}`) });
    expect((await typed('list')).out).toContain('paused');
    expect((await typed('show', id)).out).toMatch(/paused by person:bob .*middle of a release/);
    expect((await typed('resume', id, ...WHY)).out).toContain('waits for an approval of');
    const unsure = await typed('cancel', id, ...WHY);
    expect(unsure).toMatchObject({ code: 2, err: expect.stringContaining('Nothing was done: say --yes') });
    expect(await typed('cancel', id, ...WHY, '--yes')).toMatchObject({
      code: 0,
      out: expect.stringContaining('cancelled.'),
    });
    expect((await typed('list')).out).toBe('No run is open. `--all` shows the ended ones.\n');
    expect((await typed('list', '--all')).out).toMatch(new RegExp(`${id} .*cancelled`));
  },
  LONG,
);

test(
  'what stands in the way is said with what to do instead',
  async () => {
    const { typed, id } = await anOpenRun();
    const refused = async (...args: string[]) => (await typed(...args, ...WHY, '--yes')).err;
    const { steps } = JSON.parse((await typed('show', id, '--json')).out) as {
      steps: { step: string; uses: string; state: string }[];
    };
    const approval = steps.find(({ uses, state }) => uses === 'approve' && state === 'waiting')?.step ?? '';
    expect(await refused('skip', id, approval)).toContain('a way around the people');
    expect(await refused('skip', id, 'nope')).toContain('has no step nope. Its steps:');
    expect(await refused('retry', id)).toContain('No step of');
    expect(await refused('rerun', id, '--from', 'summary')).toContain('has not begun');
    expect((await typed('settle', id, approval, '--happened', ...WHY)).err).toContain('there is nothing to settle');
    expect((await typed('show', 'run-nope')).err).toContain('There is no run run-nope');
  },
  LONG,
);

test(
  'an approval is decided by the id of its run',
  async () => {
    const { rekey, become, folder, id } = await anOpenRun();
    become('alice');
    const env = { REKEY_FILE_SINK_ROOTS: folder };
    const denied = await rekey(['runs', 'approve', id, '--deny', '--because', 'not today', '--yes'], { env });
    expect(denied.out).toContain('It is rejected.');
    expect(denied.code).toBe(1);
  },
  LONG,
);
