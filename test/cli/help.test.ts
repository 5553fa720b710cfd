import { Command } from 'commander';
import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { anInstallation } from '../support/installation.ts';

function leavesOf(command: Command, path: string[] = []): { path: string[]; description: string }[] {
  const shown = command.createHelp().visibleCommands(command);
  if (command.commands.length === 0) return [{ path, description: command.description() }];
  return shown.filter((one) => one.name() !== 'help').flatMap((one) => leavesOf(one, [...path, one.name()]));
}

const program = new Command();
for (const add of commands) add(program);
const leaves = leavesOf(program);

test('the command line is what the README says', () => {
  expect(leaves.map(({ path }) => path.join(' ')).sort()).toEqual([
    'alarms',
    'audit checkpoint',
    'audit verify',
    'backup',
    'break-glass list',
    'break-glass review',
    'break-glass use',
    'completion',
    'demo',
    'doctor',
    'init',
    'keys answer',
    'keys approve',
    'keys audit',
    'keys cancel',
    'keys change',
    'keys claim',
    'keys compliance',
    'keys evidence',
    'keys expiring',
    'keys export',
    'keys extend',
    'keys extend-expiry',
    'keys generate',
    'keys history',
    'keys import',
    'keys list',
    'keys reinstate',
    'keys revoke',
    'keys rewrap',
    'keys rotate',
    'keys rotation',
    'keys show',
    'keys stats',
    'keys suspend',
    'keys verify',
    'keys waive',
    'keys why',
    'keys zombies',
    'restore',
    'runbooks lint',
    'runbooks rehearse',
    'runbooks show',
    'runs answer',
    'runs approve',
    'runs cancel',
    'runs list',
    'runs pause',
    'runs rerun',
    'runs resume',
    'runs retry',
    'runs settle',
    'runs show',
    'runs skip',
    'second-factor confirm',
    'second-factor enrol',
    'second-factor invite',
    'second-factor recover',
    'second-factor remove',
    'second-factor status',
    'serve',
  ]);
});

test.each(leaves)('rekey $path --help says what it does and gives an example', async ({ path, description }) => {
  const { code, out, err } = await anInstallation().rekey([...path, '--help']);
  expect([code, err]).toEqual([0, '']);
  expect(out.replaceAll(/\s+/g, ' ')).toContain(description);
  expect(out).toContain(`Usage: rekey ${path.join(' ')}`);
  expect(out).toMatch(/\nExample:\n {2}rekey /);
});

test.each([['keys'], ['runbooks'], ['audit']])(
  'rekey %s alone shows what there is, and says by its exit code that nothing was done',
  async (group) => {
    const { code, out, err } = await anInstallation().rekey([group]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`Usage: rekey ${group} `);
  },
);

test.each([
  [['kyes'], 'keys'],
  [['docter'], 'doctor'],
  [['keys', 'lst'], 'list'],
  [['keys', 'rotat'], 'rotate'],
  [['keys', 'audit', '--jsno'], '--json'],
  [['runbooks', 'lnit'], 'lint'],
  [['doctor', '--jsn'], '--json'],
])('rekey %j is answered with what was meant', async (args, meant) => {
  const { code, out, err } = await anInstallation().rekey(args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(`(Did you mean ${meant}?)`);
});

test('rekey --version says the version of the package', async () => {
  expect(await anInstallation().rekey(['--version'])).toMatchObject({ code: 0, out: '0.1.0\n', err: '' });
});
