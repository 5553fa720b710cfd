import type { Command } from 'commander';
import { givenOrAsked } from '../ask.ts';

export interface WantedNotice {
  to: string;
  data?: string;
  template?: string;
}

/** The options that `send` and `preview` share. */
export function withNoticeOptions(command: Command): Command {
  return command
    .option('--to <who>', 'callers, peers, or contact:…, caller:…, peer:…, with commas between', 'callers, peers')
    .option('--data <sentence>', 'whether data integrity is at risk; people outside read it')
    .option('--template <name>', 'a file of notices/ without .md; without it the one that what happened asks for');
}

export async function noticeInputs({ to, data, template }: WantedNotice): Promise<Record<string, string>> {
  const said = await givenOrAsked(data, { option: '--data', question: 'Is data integrity at risk? One sentence.' });
  return { to, data_integrity: said, ...(template !== undefined && { template }) };
}
