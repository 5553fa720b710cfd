const WINDOW_MS = 60_000;
const THRESHOLD = 5;
const REPEAT_MS = 60_000;

interface AlarmDeps {
  /** True when the alert was taken; otherwise it is sent again with the next rejection. */
  send: (alert: { key: string; count: number; firstSeenAt: Date; caller: string }) => Promise<boolean>;
  now: () => Date;
}

/** Raises one alert when a key is rejected five times within a minute, and again each minute while that lasts. */
export function openAlarm({ send, now }: AlarmDeps): { rejected: (call: { key: string; caller: string }) => void } {
  const rejections = new Map<string, Date[]>();
  const raisedAt = new Map<string, number>();
  return {
    rejected: ({ key, caller }) => {
      const at = now();
      const recent = [...(rejections.get(key) ?? []), at].filter((one) => at.getTime() - one.getTime() <= WINDOW_MS);
      rejections.set(key, recent);
      const firstSeenAt = recent[0] ?? at;
      if (recent.length < THRESHOLD || at.getTime() - (raisedAt.get(key) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS)
        return;
      raisedAt.set(key, at.getTime());
      void send({ key, count: recent.length, firstSeenAt, caller }).then((taken) => {
        if (!taken) raisedAt.delete(key);
      });
    },
  };
}
