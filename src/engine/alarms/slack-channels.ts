import type { Alarm } from '../../domain/alarm.ts';
import { peopleNamed } from '../../domain/policy.ts';
import type { EngineDeps } from '../deps.ts';

/** Channels that Rekey should be able to write to and cannot: one alarm for each, until it can again. */
export interface SlackChannels {
  /** Raises the alarm, unless it is raised already. `channel` is Slack's id, `clause` what happened: "#ops was archived". */
  lost: (channel: string, clause: string) => Promise<void>;
  /** Ends the alarm, when there is one. */
  back: (channel: string) => Promise<void>;
  /** The ids of those that are lost now. */
  lostNow: () => Promise<string[]>;
}

const KIND = 'slack_channel_lost';

export function openSlackChannels({
  ledger,
  policy,
  now,
  newId,
}: Pick<EngineDeps, 'ledger' | 'policy' | 'now' | 'newId'>): SlackChannels {
  const context = () => ({ at: now(), actor: 'system:slack', channel: 'engine' }) as const;
  const openOf = async (read: Pick<typeof ledger.read, 'openAlarms'>, channel: string): Promise<Alarm | null> =>
    (await read.openAlarms(KIND)).find(({ id }) => channelOf(id) === channel) ?? null;
  return {
    lost: async (channel, clause) => {
      if ((await openOf(ledger.read, channel)) !== null) return;
      const { policy: rules } = await policy();
      const tell = [...peopleNamed(rules, rules.may.administer ?? [], { owner: null, escalation: null })].sort();
      const sentence = `Rekey cannot write where it should, because ${clause}. What was meant for there goes to the team's channel; if this is the team's channel, it waits. Take the channel out of the archive, type /invite @rekey in it, or name another one in policy.yaml.`;
      await ledger.record(context(), async ({ read }) => {
        if ((await openOf(read, channel)) !== null) return { events: [], result: undefined };
        const id = `${newId('alm')}-slack-${channel}`;
        const alarm = { id, kind: KIND, key: null, sentence, raisedAt: now(), tell } as const;
        return { events: [{ type: 'alarm_raised', alarm }], result: undefined };
      });
    },
    back: async (channel) => {
      await ledger.record(context(), async ({ read }) => {
        const alarm = await openOf(read, channel);
        if (alarm === null) return { events: [], result: undefined };
        const why = `Rekey can write to ${channel} again.`;
        return { events: [{ type: 'alarm_ended', alarm: alarm.id, why }], result: undefined };
      });
    },
    lostNow: async () => (await ledger.read.openAlarms(KIND)).map(({ id }) => channelOf(id)),
  };
}

function channelOf(alarm: string): string {
  return alarm.slice(alarm.lastIndexOf('-') + 1);
}
