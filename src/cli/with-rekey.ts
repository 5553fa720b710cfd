import { userInfo } from 'node:os';
import type { Config } from '../config.ts';
import type { Actor } from '../domain/ids.ts';
import { type Policy, personByAccount } from '../domain/policy.ts';
import type { Origin } from '../engine/engine.ts';
import { Refusal, sentenceOf } from '../errors.ts';
import { createLog } from '../log.ts';
import type { Parts } from '../parts.ts';
import { randomId } from '../random-id.ts';
import { loadPolicy } from '../runbook/policy-file.ts';
import { configHere } from './config-here.ts';
import { assertLedger } from './with-ledger.ts';

/** What a command stands on that changes something: the verbs, and the person whose account it runs under. */
export interface Rekey
  extends Pick<
    Parts<NoQueue>,
    | 'deps'
    | 'runbooks'
    | 'keyFiles'
    | 'engine'
    | 'keys'
    | 'rotations'
    | 'peers'
    | 'secondFactors'
    | 'digests'
    | 'followUps'
    | 'incidents'
    | 'deliveries'
    | 'sender'
  > {
  config: Config;
  policy: Policy;
  actor: Actor;
  /** A request of its own each time: what is typed twice is asked twice. */
  origin: () => Origin;
}

interface NoQueue {
  wake: () => Promise<void>;
  alarm: () => Promise<void>;
}

/**
 * Opens everything for `work` and closes it again, beside a running `rekey serve` or without one: this process has no queue, and what it
 * leaves to be done is a row of the ledger that the sweep of the other finds. `mayMake`: a missing ledger is made instead of refused.
 */
export async function withRekey<T>(
  work: (rekey: Rekey) => Promise<T>,
  { mayMake = false }: { mayMake?: boolean } = {},
): Promise<T> {
  const config = configHere();
  assertLedger(config.ledgerFile, mayMake ? 'make' : 'refuse');
  // Before a ledger is made: whoever is nobody leaves nothing behind.
  const { policy } = await loadPolicy(config.runbooksDir);
  const actor: Actor = `person:${personByAccount(policy, accountHere())}`;
  const stops: (() => void | Promise<void>)[] = [];
  const log = createLog({ level: 'error' });
  try {
    // Loaded when asked for: it brings everything along, and the commands that only look work without it.
    const { openParts } = await import('../parts.ts');
    const openQueue = async (): Promise<NoQueue> => ({ wake: async () => {}, alarm: async () => {} });
    const now = () => new Date();
    const parts = await openParts(config, { log, onStop: (stop) => stops.push(stop), openQueue, now });
    const origin = () => ({ actor, channel: 'cli', dedupe: { source: 'cli', id: randomId('cli') } }) as const;
    return await work({ ...parts, config, policy, actor, origin });
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** As the kernel knows it. `USER` and `SUDO_USER` are text that anybody can set. */
function accountHere(): string {
  try {
    return userInfo().username;
  } catch (cause) {
    throw new Refusal(
      'unknown_person',
      `This machine has no name for your account (${sentenceOf(cause)}), so Rekey cannot tell who asks. Run the command under an account that policy.yaml names under \`unix\`.`,
      { cause },
    );
  }
}
