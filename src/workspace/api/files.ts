import { z } from 'zod';
import { BLOCK_LIMITS } from '../block-limits.ts';
import { fileShape } from '../shapes/file.ts';
import { SlackError } from '../slack-error.ts';
import { byApp, threadOf } from './chat.ts';
import { contentOf } from './content.ts';
import { findWritable } from './find-channel.ts';
import { type Method, method, structure } from './method.ts';

const getUploadUrl = method({
  name: 'files.getUploadURLExternal',
  scopes: ['files:write'],
  tier: 4,
  args: z.object({
    filename: z.string().min(1),
    length: z.coerce.number().int().min(1),
    alt_text: z.string().optional(),
  }),
  run({ filename, length, alt_text }, world) {
    const { id, ticket } = world.files.begin({ name: filename, altText: alt_text ?? '', length });
    return { upload_url: `${world.url()}/upload/${ticket}`, file_id: id };
  },
});

const Uploaded = z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1);

const completeUpload = method({
  name: 'files.completeUploadExternal',
  scopes: ['files:write'],
  tier: 4,
  args: z.object({
    files: structure.pipe(Uploaded),
    channel_id: z.string().optional(),
    thread_ts: z.string().optional(),
    initial_comment: z.string().optional(),
    blocks: structure.optional(),
  }),
  run(args, world) {
    const channel = args.channel_id ? findWritable(args.channel_id, world) : undefined;
    const threadTs = channel && args.thread_ts ? threadOf(channel, args.thread_ts, world) : undefined;
    const comment = args.initial_comment ?? '';
    const given = args.blocks
      ? contentOf({ text: comment, blocks: args.blocks }, world, BLOCK_LIMITS.message.text)
      : {};
    const files = args.files.map(({ id, title }) => {
      const file = world.files.complete(id, title);
      if (!file) throw new SlackError('file_not_found');
      return file;
    });
    if (channel) {
      world.messages.post({
        ...byApp(channel, world),
        ...given,
        text: comment,
        files: files.map((file) => file.id),
        ...(threadTs && { threadTs }),
      });
    }
    return { files: files.map((file) => fileShape(file, world)) };
  },
});

export const fileMethods: Method[] = [getUploadUrl, completeUpload];
