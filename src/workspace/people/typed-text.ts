import type { World } from '../world.ts';

/** What a client makes of typed text before it sends it: escapes, mentions, channel links and URLs in Slack's markup. */
export function encodeTyped(text: string, world: World): string {
  return text
    .replace(/[&<>]/g, (sign) => ESCAPED[sign] ?? sign)
    .replace(/(^|[\s(])@([\w.-]*\w)/g, (whole, before: string, name: string) => {
      // Slack's own completion does not look at capital letters.
      const id =
        name.toLowerCase() === world.identity.botName.toLowerCase()
          ? world.identity.botUserId
          : world.people.named(name)?.id;
      return id ? `${before}<@${id}>` : whole;
    })
    .replace(/(^|[\s(])#([\w-]+)/g, (whole, before: string, name: string) => {
      const channel = world.channels.named(name);
      return channel && channel.kind !== 'direct' ? `${before}<#${channel.id}|${channel.name}>` : whole;
    })
    .replace(/(^|\s)(https?:\/\/[^\s|]+)/g, '$1<$2>');
}

const ESCAPED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
