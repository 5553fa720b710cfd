import type { CliCommand } from './command.ts';
import { configHere } from './config-here.ts';

export const serve: CliCommand = (program) => {
  program
    .command('serve')
    .description('run the bot: Slack, engine, hooks and verification, until SIGTERM or Ctrl-C')
    .addHelpText('after', '\nExample:\n  rekey doctor && rekey serve')
    .action(async () => {
      // Loaded when asked for: it brings everything along, and the other commands work without it.
      const { machineOf, startServing } = await import('../serve.ts');
      // Heard from the first moment, so that a stop during the start closes what is open by then instead of cutting it off.
      const stop = new Promise<string>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
      });
      const config = configHere();
      const serving = await startServing(config, machineOf(config));
      serving.log.info({ signal: await stop }, 'stopping');
      await serving.stop();
    });
};
