import { describe, expect, test, vi } from 'vitest';
import { Refusal } from '../../src/errors.ts';
import { assertTeam } from '../../src/slack/gate.ts';
import { aKey } from '../support/builders.ts';
import { aSlackPolicy, aSlackWorld, OPS, says } from './support.ts';

const TYPED = '/rotate-key payments-prod expired';

async function aGuardedRoom(policy = {}) {
  const slackWorld = await aSlackWorld({ policy });
  await slackWorld.start();
  await vi.waitFor(() => expect(slackWorld.workspace.connections()).toBe(2));
  const nothingStarted = async () => expect(await slackWorld.rekey.ledger.read.runsOfKey(aKey().id)).toEqual([]);
  return { ...slackWorld, nothingStarted };
}

describe('who is not listened to', () => {
  test.each([
    ['U0DAVE', 'somebody whom policy.yaml does not know', 'Rekey does not know the Slack user U0DAVE'],
    ['U0GINA', 'a guest', 'yours is a guest account'],
  ])('%s, %s, is told why, and nothing starts', async (user, _who, sentence) => {
    const { workspace, nothingStarted } = await aGuardedRoom();
    const person = workspace.person(user);
    expect(await person.command(OPS, TYPED)).toEqual({ ok: true });
    await person.waitForMessage(says(sentence));
    await nothingStarted();
  });

  test('somebody of another workspace in a shared channel', async () => {
    const { workspace, nothingStarted } = await aGuardedRoom();
    await workspace.deliverRaw('interactive', press({ user: 'U0STAN', userTeam: 'T0OTHER', team: workspace.teamId }));
    await vi.waitFor(() =>
      expect(whispers(workspace)).toContainEqual(expect.stringContaining('does not listen to this workspace')),
    );
    await nothingStarted();
  });

  test('another workspace altogether', async () => {
    const { workspace, nothingStarted } = await aGuardedRoom();
    await workspace.deliverRaw('slash_commands', command({ team_id: 'T0EVIL' }));
    await vi.waitFor(() =>
      expect(whispers(workspace)).toContainEqual(expect.stringContaining('does not listen to this workspace')),
    );
    await nothingStarted();
  });

  test('a channel that is shared with people outside', async () => {
    const { workspace, nothingStarted } = await aGuardedRoom();
    const alice = workspace.person('U0ALICE');
    await alice.command('C0SHARED', TYPED);
    await alice.waitForMessage(says('This channel is shared with people outside'));
    await nothingStarted();
  });

  test('everybody while the policy cannot be read', async () => {
    const { workspace, world, nothingStarted } = await aGuardedRoom();
    world.setPolicy(new Refusal('policy_broken', 'policy.yaml cannot be read, so nothing is allowed.'));
    const alice = workspace.person('U0ALICE');
    await alice.command(OPS, TYPED);
    await alice.waitForMessage(says('policy.yaml cannot be read'));
    await nothingStarted();
  });
});

describe('the workspaces that a payload names', () => {
  const policy = aSlackPolicy('T0HOME');
  const org = aSlackPolicy('E0ORG');

  test.each([
    [['T0HOME'], null],
    [['T0HOME', 'T0HOME'], null],
    [['T0HOME'], 'E0ANY'],
  ])('%j of %s are let in', (teams, enterprise) => {
    expect(() => assertTeam(policy, { teams, enterprise })).not.toThrow();
  });

  test.each([
    [['T0OTHER'], null],
    [['T0HOME', 'T0OTHER'], null],
    [[], null],
    [[], 'E0ANY'],
  ])('%j of %s are refused', (teams, enterprise) => {
    expect(() => assertTeam(policy, { teams, enterprise })).toThrow(/does not listen to this workspace/);
  });

  test('an organisation that is listed lets its workspaces in', () => {
    expect(() => assertTeam(org, { teams: ['T0ANY'], enterprise: 'E0ORG' })).not.toThrow();
    expect(() => assertTeam(org, { teams: [], enterprise: 'E0ORG' })).not.toThrow();
    expect(() => assertTeam(org, { teams: ['T0ANY'], enterprise: 'E0OTHER' })).toThrow();
  });
});

function command(overrides: Record<string, unknown>) {
  return {
    team_id: 'T0',
    channel_id: OPS,
    user_id: 'U0ALICE',
    command: '/rotate-key',
    text: 'payments-prod expired',
    trigger_id: `trigger-${JSON.stringify(overrides)}`,
    ...overrides,
  };
}

function press({ user, userTeam, team }: { user: string; userTeam: string; team: string }) {
  return {
    type: 'block_actions',
    user: { id: user, team_id: userTeam },
    team: { id: team },
    trigger_id: 'trigger-press',
    container: { type: 'message', channel_id: OPS, message_ts: '1.2' },
    channel: { id: OPS },
    actions: [{ type: 'button', action_id: 'cancel_run', value: 'run-1' }],
  };
}

function whispers(workspace: Awaited<ReturnType<typeof aSlackWorld>>['workspace']): string[] {
  return workspace.wire
    .list()
    .filter((entry) => ['chat.postEphemeral', 'chat.postMessage'].includes(entry.name))
    .map((entry) => JSON.stringify(entry.body));
}
