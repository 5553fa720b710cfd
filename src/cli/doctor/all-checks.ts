import { environmentHere } from '../config-here.ts';
import type { Check } from './check.ts';
import { clickCheck } from './click.ts';
import { examined } from './configuration.ts';
import { outsideChecks } from './outside.ts';
import { hooksCheck, keyFilesCheck, secretFilesCheck } from './private-files.ts';
import { portCheck, queueCheck } from './reachable.ts';
import { secondFactorsCheck } from './second-factors.ts';
import { slackChecks } from './slack.ts';
import { ledgerCheck, runbooksCheck } from './stored.ts';
import { testMailChecks } from './test-mail.ts';

/** In the order in which they are mended; each is told as soon as it is known. */
export async function* allChecks({ sendTest }: { sendTest?: string | undefined } = {}): AsyncGenerator<Check> {
  const env = environmentHere();
  const { check, config } = await examined(env);
  yield check;
  yield await secretFilesCheck(env);
  if (config === null) return;
  yield await keyFilesCheck(config);
  yield await ledgerCheck(config);
  yield await runbooksCheck(config);
  yield await secondFactorsCheck(config);
  yield await hooksCheck(config);
  yield* outsideChecks(config);
  if (sendTest !== undefined) yield* testMailChecks(config, { person: sendTest });
  yield await queueCheck(config);
  yield await portCheck(config);
  yield* await slackChecks(config);
  yield await clickCheck(config);
}
