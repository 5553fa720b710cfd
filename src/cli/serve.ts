import { startServing } from '../serve.ts';
import type { CliCommand } from './command.ts';
import { configHere } from './config-here.ts';

export const serve: CliCommand = (program) => {
  program
    .command('serve')
    .description('run the bot: Slack, engine, hooks and verification, until SIGTERM or Ctrl-C')
    .action(async () => {
      const serving = await startServing(configHere());
      const stop = new Promise<string>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
      });
      serving.log.info({ signal: await stop }, 'stopping');
      await serving.stop();
    });
};
