import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { slackManifest } from '../src/slack/manifest.ts';

const USAGE = `Prints the manifest of the Slack app, to be pasted into https://api.slack.com/apps ("From a manifest").

  node scripts/manifest.ts [--yaml] [--http https://rekey.example.com/slack/events]

--yaml   YAML instead of JSON
--http   signed HTTP requests to this address instead of Socket Mode`;

const { values } = parseArgs({
  options: {
    yaml: { type: 'boolean', default: false },
    http: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else if (values.http !== undefined && !URL.canParse(values.http)) {
  console.error(
    `--http expects an address such as https://rekey.example.com/slack/events; you wrote "${values.http}".`,
  );
  process.exitCode = 1;
} else {
  const manifest = slackManifest({ httpUrl: values.http ?? null });
  console.log(values.yaml ? stringify(manifest) : JSON.stringify(manifest, null, 2));
}
