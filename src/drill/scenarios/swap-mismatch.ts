import type { Scenario } from '../scenario.ts';
import { textIn } from '../stage.ts';
import { paymentsSince } from '../traffic.ts';

const ROLLOUT_MS = 8 * 60_000;

export const swapMismatch: Scenario = {
  id: 'F3',
  title: 'Atomic swap mismatch',
  fault: 'half of the callers keep the old key for eight minutes after the new one was delivered',
  keyAlive: true,
  atOnce: false,
  needs: ['secret.deliver', 'key.revoke'],
  breaks: [],
  regions: ['eu'],
  open: () => {
    let deliveredAt: Date | null = null;
    let switchedAt: Date | null = null;
    const switchAt = () => (deliveredAt === null ? null : new Date(deliveredAt.getTime() + ROLLOUT_MS));
    return {
      strike: async ({ traffic, say }) => {
        const [, second = ''] = traffic.callers;
        traffic.hold(second);
        say('fault', `${second} does not read its key again`);
      },
      look: async (stage) => {
        const there = textIn(stage.place);
        if (deliveredAt === null && there !== '' && there !== stage.oldMaterial) deliveredAt = stage.now();
        const due = switchAt();
        if (switchedAt !== null || due === null || stage.now() < due) return;
        switchedAt = stage.now();
        stage.traffic.release();
        stage.say('fault', 'is over: all callers read their key again');
      },
      dueAt: () => (switchedAt === null ? switchAt() : null),
      // Whoever is asked whether the callers have moved over looks first.
      holds: (_stage, at) => (at.for.kind === 'ask' && switchedAt === null ? switchAt() : null),
      expect: async ({ traffic, start }, { old }) => {
        const during = paymentsSince(traffic.calls, start, old.revokedAt ?? undefined);
        const rejected = during.filter(({ outcome }) => outcome !== 'accepted').length;
        const both = deliveredAt === null ? [] : paymentsSince(traffic.calls, deliveredAt, switchedAt ?? undefined);
        const keys = new Set(both.filter(({ outcome }) => outcome === 'accepted').map(({ key }) => key));
        return [
          ...(switchedAt !== null && (old.revokedAt === null || old.revokedAt >= switchedAt)
            ? []
            : ['the old key was revoked while half of the callers still had it']),
          ...(rejected === 0 ? [] : [`${rejected} calls were refused during the rollout`]),
          ...(keys.size >= 2 ? [] : ['old and new key were not both let through during the rollout']),
        ];
      },
    };
  },
};
