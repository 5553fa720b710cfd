import { appendFileSync } from 'node:fs';
import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Config } from '../config.ts';
import { readConfig } from '../config.ts';
import type { Layout } from '../demo/layout.ts';
import { botEnvironment } from '../demo/world.ts';
import type { Policy } from '../domain/policy.ts';
import { createLog } from '../log.ts';
import { patchedPolicy } from '../rehearsal/policy-patch.ts';
import { POLICY_FILE } from '../runbook/policy-file.ts';
import type { Machine } from '../serve.ts';
import { slackManifest } from '../slack/manifest.ts';
import { startWorkspace } from '../workspace/start.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { DrillClock } from './clock.ts';
import type { Lent } from './shared-queue.ts';

const LOCAL_TEAM = 'T0LOCAL01';

/** A copy of the runbooks folder, with the policy of this drill: the same people, at the local workspace. */
export async function copyRunbooks(
  from: string,
  to: string,
  { policy, patches }: { policy: Policy; patches: readonly unknown[] },
): Promise<Policy> {
  const local = patchedPolicy(policy, [...patches, { team: { slack_teams: [LOCAL_TEAM] } }]).policy;
  for (const entry of await readdir(from, { withFileTypes: true }))
    if (entry.isFile()) await copyFile(join(from, entry.name), join(to, entry.name));
  // JSON is YAML, and what is written by a machine needs no other spelling.
  await writeFile(join(to, POLICY_FILE), JSON.stringify(local, null, 2));
  return local;
}

export async function startLocalSlack(layout: Layout, policy: Policy, clock: DrillClock): Promise<Workspace> {
  const people = Object.entries(policy.people).map(([name, { slack: id, name: realName = name, email }]) => ({
    id,
    name,
    realName,
    email: email ?? `${name}@example.com`,
  }));
  const { incident_channel: incidents } = policy.team;
  const channels = [{ id: incidents, name: 'incidents' }, ...(incidents === GENERAL.id ? [] : [GENERAL])];
  return startWorkspace({
    port: layout.ports.page,
    manifest: slackManifest({ httpUrl: null }),
    people,
    channels,
    appName: 'Rekey',
    botToken: layout.tokens.bot,
    appToken: layout.tokens.app,
    clock: () => clock.now().getTime(),
    // Days pass in seconds here, and so do the messages of days.
    strict: { postBurst: 10_000 },
  });
}

const GENERAL = { id: 'C0GENERAL', name: 'general' };

/** Everything points into the scratch folder and at this machine, whatever the environment of the installation says. */
export function drillConfig(layout: Layout, runbooksDir: string, apiUrl: string): Config {
  return readConfig({ ...botEnvironment(layout, apiUrl), REKEY_RUNBOOKS_DIR: runbooksDir });
}

export function drillMachine(clock: DrillClock, lent: Lent, logFile: string): Machine {
  const began = performance.now();
  return {
    now: clock.now,
    uptimeMs: () => performance.now() - began + clock.travelledMs(),
    log: createLog({ level: 'info', write: (line) => appendFileSync(logFile, line) }),
    openQueue: async () => lent.queue,
    lookEveryMs: 30_000,
  };
}
