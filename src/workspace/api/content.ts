import { z } from 'zod';
import { BLOCK_LIMITS } from '../block-limits.ts';
import { completeBlocks } from '../blocks/complete.ts';
import type { Problem } from '../blocks/schema.ts';
import { hasTooMuchText, problemsOfBlocks, sentencesOf } from '../blocks/validate.ts';
import { isJson, type Json, listOf } from '../json.ts';
import { SlackError } from '../slack-error.ts';
import type { Message } from '../state/message.ts';
import type { World } from '../world.ts';
import { structure } from './method.ts';

/** The arguments every method shares that writes a message. */
export const contentArgs = {
  text: z.string().optional(),
  blocks: structure.optional(),
  attachments: structure.optional(),
  markdown_text: z.string().optional(),
};
export const metadataArg = structure.optional();

interface Given {
  text?: string | undefined;
  blocks?: unknown;
  attachments?: unknown;
  markdown_text?: string | undefined;
}

export type Content = Partial<Pick<Message, 'text' | 'blocks' | 'attachments'>>;

/** Checked and completed; a field that was not given is left out. */
export function contentOf(given: Given, world: World, maxText: number): Content {
  const blocks = blocksOf(given);
  const attachments = attachmentsOf(given.attachments, world);
  if ((given.text?.length ?? 0) > maxText) throw new SlackError('msg_too_long');
  if (!given.text && !blocks?.length && !attachments?.length) throw new SlackError('no_text');
  return {
    ...(given.text !== undefined && { text: given.text }),
    ...(blocks && { blocks: completeBlocks(blocks, () => world.ids.short()) }),
    ...(attachments && { attachments }),
  };
}

function blocksOf({ blocks, markdown_text, text }: Given): unknown[] | undefined {
  if (markdown_text !== undefined) {
    if (blocks !== undefined || text) throw new SlackError('markdown_text_conflict');
    return checked([{ type: 'markdown', text: markdown_text }], '/blocks');
  }
  if (blocks === undefined || blocks === null || blocks === '') return undefined;
  if (!Array.isArray(blocks) || !blocks.every(isJson)) throw new SlackError('invalid_blocks_format');
  return checked(blocks, '/blocks');
}

function checked(blocks: unknown[], at: string): unknown[] {
  const problems = problemsOfBlocks(blocks, at);
  if (problems.length > 0) throw invalidBlocks(problems);
  if (hasTooMuchText(blocks)) throw new SlackError('msg_blocks_too_long');
  return blocks;
}

function invalidBlocks(problems: readonly Problem[]): SlackError {
  const errors = sentencesOf(problems);
  return new SlackError('invalid_blocks', {
    errors,
    response_metadata: { messages: errors.map((each) => `[ERROR] ${each}`) },
  });
}

function attachmentsOf(given: unknown, world: World): Json[] | undefined {
  if (given === undefined || given === null || given === '') return undefined;
  if (!Array.isArray(given) || !given.every(isJson)) throw new SlackError('invalid_attachments');
  if (given.length > BLOCK_LIMITS.message.attachments) throw new SlackError('too_many_attachments');
  return given.map((attachment, index) => {
    if (attachment.blocks === undefined) return { id: index + 1, ...attachment };
    const blocks = checked(listOf(attachment.blocks), `/attachments/${index}/blocks`);
    return { id: index + 1, ...attachment, blocks: completeBlocks(blocks, () => world.ids.short()) };
  });
}

const Metadata = z.strictObject({
  event_type: z.string().min(1).max(255),
  event_payload: z.record(z.string(), z.unknown()),
  entities: z.unknown().optional(),
});
const METADATA_BYTES = 16_384;

export function metadataOf(given: unknown): Message['metadata'] {
  if (given === undefined || given === null || given === '') return undefined;
  if (!isJson(given)) throw new SlackError('invalid_metadata_format');
  const parsed = Metadata.safeParse(given);
  if (!parsed.success) throw new SlackError('invalid_metadata_schema');
  if (JSON.stringify(given).length > METADATA_BYTES) throw new SlackError('metadata_too_large');
  return { event_type: parsed.data.event_type, event_payload: parsed.data.event_payload };
}
