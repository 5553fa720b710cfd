import { environmentHere } from '../src/cli/config-here.ts';
import { readConfig } from '../src/config.ts';
import { Refusal } from '../src/errors.ts';
import { createLog } from '../src/log.ts';
import { checkViews, type Sample } from '../src/slack/check-views.ts';
import { webClient } from '../src/slack/web.ts';
import { messagesWith, viewsWith } from '../test/slack/views/samples.ts';

// Asks the Slack of SLACK_BOT_TOKEN, a real one or the local one, whether it takes every message and view when each is as large as it gets.
// Nothing is posted. Exit 1 when it does not, with a JSON pointer to each place.
const { slack } = readConfig(environmentHere());
if (slack === null) throw new Refusal('slack_config', 'There is no Slack to ask: set SLACK_BOT_TOKEN.');
const log = createLog({ level: 'warn' });
const client = webClient(slack.botToken, { apiUrl: slack.apiUrl, log });

const TEXTS: Readonly<Record<string, string>> = {
  long: 'x'.repeat(3_000),
  'right to left': '\u05d0\u202e\u200b'.repeat(300),
  empty: '',
};

let refused = 0;
for (const [name, text] of Object.entries(TEXTS)) {
  const samples: Sample[] = [
    ...Object.entries(messagesWith(text)).map(([surface, message]) => ({ name: `${surface}, ${name}`, message })),
    ...Object.entries(viewsWith(text)).map(([surface, view]) => ({ name: `${surface}, ${name}`, view })),
  ];
  const checks = await checkViews(client, samples);
  for (const { what, detail } of checks.filter(({ ok }) => !ok)) console.error(`${what}: ${detail}`);
  refused += checks.filter(({ ok }) => !ok).length;
  console.log(`${name}: ${checks.length} asked, ${checks.filter(({ ok }) => ok).length} taken`);
}
process.exitCode = refused === 0 ? 0 : 1;
