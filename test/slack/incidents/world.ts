import { expect, vi } from 'vitest';
import type { Policy } from '../../../src/domain/policy.ts';
import type { ActingPerson } from '../../../src/workspace/workspace.ts';
import { aSlackWorld, INCIDENTS, type SlackWorld, says } from '../support.ts';

const PATIENT = { timeout: 10_000 };

/** Everybody may declare; bob and carol may close. */
export async function anIncidentWorld(
  incidents: Partial<Policy['incidents']> = {},
  more: Parameters<typeof aSlackWorld>[0] = {},
): Promise<SlackWorld & { alice: ActingPerson; bob: ActingPerson; carol: ActingPerson }> {
  const world = await aSlackWorld({
    ...more,
    policy: {
      may: {
        rotate: ['group:oncall', 'owner'],
        read: ['group:oncall', 'group:security', 'owner'],
        change: ['group:security', 'owner'],
        declare: ['group:oncall', 'carol'],
        close: ['group:security', 'owner'],
      },
      incidents: {
        channel_from: 'never',
        private: 'leaks',
        channel_prefix: 'inc',
        updates: { SEV1: '30m', SEV2: '60m', SEV3: '4h', most: 6 },
        timeline_reaction: 'pushpin',
        ...incidents,
      },
      ...more.policy,
    },
  });
  const person = (id: string) => world.workspace.person(id);
  const start: SlackWorld['start'] = async (overrides) => {
    const slack = await world.start(overrides);
    await vi.waitFor(() => expect(world.workspace.connections()).toBe(2), PATIENT);
    return slack;
  };
  return { ...world, start, alice: person('U0ALICE'), bob: person('U0BOB'), carol: person('U0CAROL') };
}

/** `/incident …` in the incident channel by somebody, and the incident that it declared. */
export async function declared(
  { alice, deps }: Pick<Awaited<ReturnType<typeof anIncidentWorld>>, 'alice' | 'deps'>,
  typed = 'open SEV2 key=payments-prod "payments are rejected" because "customers see errors"',
) {
  const before = new Set((await deps.ledger.incidents(50)).map(({ id }) => id));
  await alice.command(INCIDENTS, `/incident ${typed}`);
  return vi.waitFor(async () => {
    const incident = (await deps.ledger.incidents(50)).find(({ id }) => !before.has(id));
    if (incident === undefined) throw new Error('no incident was declared');
    return incident;
  }, PATIENT);
}

/** The card in the incident channel, once it says all of this. */
export function cardWith({ alice }: { alice: ActingPerson }, ...words: string[]) {
  return alice.waitForMessage((message) => message.channel === INCIDENTS && says('Led by', ...words)(message), {
    timeoutMs: 10_000,
  });
}
