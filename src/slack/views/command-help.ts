import { bold, bullets, code, context, header, type Line, line } from '../blocks.ts';
import type { Message } from '../limits.ts';

/** What this person may do with a command, with a whole line to type for each. */
export function commandHelp(help: {
  command: string;
  description: string;
  verbs: readonly { example: string; help: string }[];
}): Message {
  const { command, description, verbs } = help;
  const rows = verbs.map(({ example, help: what }): Line => [code(`${command} ${example}`.trim()), `: ${what}`]);
  return {
    text: `What you can do with ${command}`,
    blocks: [
      header(command),
      line(description),
      rows.length > 0
        ? bullets([bold('You can type')], rows)
        : line('policy.yaml does not let you do anything with this command. Ask the security team.'),
      context('It lists what you may do. Never paste a key into Slack.'),
    ],
  };
}
