import { applyReply, Reply } from '../api/serve-response-url.ts';
import { slashPayload } from '../delivery/payloads.ts';
import { textOf } from '../json.ts';
import { SlackError } from '../slack-error.ts';
import type { Channel } from '../state/channels.ts';
import type { Outcome } from '../workspace.ts';
import { type Client, done, mustBeIn, refused, slackbotSays } from './client.ts';
import { encodeTyped } from './typed-text.ts';

/** Types a slash command and waits until the app has acknowledged it or Slack gives up. */
export async function runCommand(
  client: Client,
  given: { channel: string; typed: string; threadTs?: string | undefined },
): Promise<Outcome> {
  const { world, dispatcher, person } = client;
  const channel = mustBeIn(given.channel, client);
  const [name = '', ...rest] = given.typed.trim().split(/\s/);
  const text = rest.join(' ').trim();
  const say = (error: string, sentence: string) => {
    slackbotSays(client, channel.id, sentence, given.threadTs);
    return refused(error, sentence);
  };
  const command = world.app.commands.find((each) => each.command === name);
  if (!command) return say('unknown_command', unknownCommand(name));
  if (given.threadTs) return say('not_in_threads', `${name} is not supported in threads. Sorry!`);
  const payload = slashPayload(
    { person, channel, command: name, text: command.shouldEscape ? encodeTyped(text, world) : text },
    world,
  );
  const ack = await dispatcher.deliver({ type: 'slash_commands', payload, acceptsReply: true });
  const error = ack.kind === 'failed' ? ack.error : answer(ack.reply, channel, client);
  return error === undefined ? done : say(error, `${name} failed with the error "${error}"`);
}

/** The acknowledgement may carry the answer itself. Says what is wrong with it, if anything. */
function answer(reply: unknown, channel: Channel, { person, world }: Client): string | undefined {
  const parsed = Reply.safeParse(reply);
  if (!parsed.success) return 'invalid_response';
  if (!textOf(parsed.data.text) && parsed.data.blocks === undefined && parsed.data.attachments === undefined) return;
  try {
    applyReply(parsed.data, { person: person.id, channel: channel.id }, world);
    return undefined;
  } catch (error) {
    if (error instanceof SlackError) return error.code;
    throw error;
  }
}

const unknownCommand = (name: string): string =>
  `${name} is not a valid command. In Slack, all messages that start with the "/" character are interpreted as commands. ` +
  'If you are trying to send a message and not run a command, try preceding the "/" with an empty space.';
