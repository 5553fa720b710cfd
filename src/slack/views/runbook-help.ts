import { bold, bullets, code, header } from '../blocks.ts';
import type { Message } from '../limits.ts';

export function runbookHelp(): Message {
  return {
    text: 'What you can do with /runbook',
    blocks: [
      header('/runbook'),
      bullets(
        [bold('Look before anything happens')],
        [
          [
            code('/runbook plan R-KEY-EXPIRY payments-prod'),
            ': what it would do now; nothing is written, asked or called',
          ],
          [code('/runbook plan R-KEY-LEAK payments-prod situation=exploited'), ': with an input'],
          [code('/runbook list'), ': what is live, until when it is to be reviewed, when it was last proven'],
        ],
      ),
    ],
  };
}
