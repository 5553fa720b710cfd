import { z } from 'zod';
import { BLOCK_LIMITS } from '../block-limits.ts';
import type { Json } from '../json.ts';
import { type Exchange, sendJson } from '../server/exchange.ts';
import { SlackError } from '../slack-error.ts';
import type { ReplyAddress } from '../state/response-urls.ts';
import type { World } from '../world.ts';
import { argumentsOf } from './arguments.ts';
import { contentArgs, contentOf } from './content.ts';
import { flag, structure } from './method.ts';

/** What an app answers to an interaction: in the acknowledgement of a command, or to a response_url. */
export const Reply = z.object({
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: flag.optional(),
  delete_original: flag.optional(),
  thread_ts: z.string().optional(),
  ...contentArgs,
});
export type Reply = z.infer<typeof Reply>;

/** Bolt and others send the form `payload=` as well as plain JSON. */
const Enveloped = z.object({ payload: structure.pipe(Reply) });

export function serveResponseUrl(world: World): (exchange: Exchange, id: string) => Promise<void> {
  return async (exchange, id) => {
    const { args } = await argumentsOf(exchange);
    const { status, body } = attempt(() => {
      const address = world.responseUrls.use(id);
      applyReply(parseReply(args), address, world);
    });
    world.wire.add({ direction: 'from_app', kind: 'response_url', name: 'response_url', body: args, result: body });
    sendJson(exchange, status, body);
  };
}

function parseReply(args: Json): Reply {
  const enveloped = Enveloped.safeParse(args);
  const parsed = enveloped.success ? enveloped.data.payload : Reply.safeParse(args).data;
  if (!parsed) throw new SlackError('invalid_payload');
  return parsed;
}

function attempt(apply: () => void): { status: number; body: Json } {
  try {
    apply();
    return { status: 200, body: { ok: true } };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    const gone = ['expired_url', 'used_url', 'message_not_found'].includes(error.code);
    return { status: gone ? 404 : 400, body: { ok: false, error: error.code, ...error.details } };
  }
}

/** Posts, replaces or deletes; throws SlackError when the content is refused. */
export function applyReply(reply: Reply, address: ReplyAddress, world: World): void {
  const original = address.messageTs ? world.messages.find(address.channel, address.messageTs) : undefined;
  if (reply.delete_original) {
    if (!original) throw new SlackError('message_not_found');
    world.messages.remove(original);
    return;
  }
  const content = contentOf(reply, world, BLOCK_LIMITS.message.text);
  if (reply.replace_original && original) {
    // Unlike chat.update, a replacement keeps nothing of what stood there.
    world.messages.edit(original, { text: '', blocks: [], attachments: [], ...content });
    return;
  }
  const threadTs = reply.thread_ts ?? address.threadTs;
  world.messages.post({
    channel: address.channel,
    author: world.identity.botUserId,
    by: 'app',
    ...content,
    text: content.text ?? '',
    ...(threadTs && { threadTs }),
    ...(reply.response_type !== 'in_channel' && { visibleTo: address.person }),
  });
}
