import { bold, bullets, code, header, type Line, line } from '../blocks.ts';
import type { Message } from '../limits.ts';

/** What this person may do, and the words for it. */
export function rotateHelp(mayRotate: boolean): Message {
  const start: Line[] = [
    [code('/rotate-key'), ' opens a form'],
    [code('/rotate-key payments-prod expired'), ': it ran out before its rotation completed'],
    [
      code('/rotate-key payments-prod suspected because "laptop stolen"'),
      ': somebody may have it; replaced first, then revoked',
    ],
    [
      code('/rotate-key payments-prod exploited because "token in a public gist"'),
      ': somebody used it, or it is public; revoked first',
    ],
    [
      code('leaked'),
      ' means the same as ',
      code('exploited'),
      ': what others can read counts as used. Write ',
      code('suspected'),
      ' when nobody may have seen it.',
    ],
    [
      code('/rotate-key payments-prod planned grace 24h because "a new quarter"'),
      ': both keys work for that long, then the old one is revoked and proved dead',
    ],
    [code('/rotate-key cancel run-4k9x2m7qpd because "wrong key"')],
  ];
  const look: Line[] = [
    [code('/rotate-key status'), ' or ', code('/rotate-key status run-4k9x2m7qpd')],
    [code('/rotate-key show payments-prod'), ': its dates, owner and health, never the key'],
  ];
  return {
    text: 'What you can do with /rotate-key',
    blocks: [
      header('/rotate-key'),
      mayRotate
        ? bullets([bold('Replace a key')], start)
        : line(
            'You may not start a replacement: policy.yaml lists who may under `may.rotate`. In an emergency tell somebody who is listed there.',
          ),
      bullets([bold('Look')], look),
      line('Never paste a key into Slack.'),
    ],
  };
}
