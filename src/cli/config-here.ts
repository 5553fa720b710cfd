import { existsSync } from 'node:fs';
import { type Config, readConfig } from '../config.ts';
import type { Env } from '../environment.ts';
import { Refusal, sentenceOf } from '../errors.ts';

/** The configuration of this process: `.env` in the working folder, then the environment, which wins. */
export function configHere(): Config {
  return readConfig(environmentHere());
}

/** The only place that looks at process.env. */
export function environmentHere(): Env {
  if (existsSync('.env')) loadDotEnv();
  return process.env;
}

function loadDotEnv(): void {
  try {
    process.loadEnvFile('.env');
  } catch (cause) {
    throw new Refusal('configuration', `Cannot read .env in this folder: ${sentenceOf(cause)}.`, { cause });
  }
}
