import { existsSync } from 'node:fs';
import { type Config, describeConfigProblem, examineConfig } from '../../config.ts';
import type { Env } from '../../environment.ts';
import { type Check, look, ok, problem } from './check.ts';

/**
 * All problems of the configuration, and the configuration without what is wrong with it: its defaults stand in there, so that the other
 * checks still say what they can.
 */
export async function examined(env: Env): Promise<{ check: Check; config: Config | null }> {
  const { config, problems } = examineConfig(env);
  const check = await look('configuration', () => {
    const from = existsSync('.env') ? '.env and the environment' : 'the environment';
    if (config !== null) return ok(`read from ${from}; data in ${config.dataDir}`);
    return problem(`${problems.length} to mend, all explained in .env.example`, problems.map(describeConfigProblem));
  });
  if (config !== null) return { check, config };
  const wrong = new Set(problems.flatMap(({ variable }) => [variable, `${variable}_FILE`]));
  const rest = Object.fromEntries(Object.entries(env).filter(([name]) => !wrong.has(name)));
  return { check, config: examineConfig(rest).config ?? examineConfig({ ...rest, SLACK_MODE: 'off' }).config };
}
