import type { Picture } from './picture.ts';

const TITLES: Readonly<Record<string, string>> = {
  incidents: 'Incidents',
  approvals: 'Deciding',
  runs: 'Runs',
  asks: 'Questions and checklists',
  keys: 'Keys',
  digests: 'The digest',
  'follow-ups': 'What follows an incident',
  notices: 'Telling others',
  rekey: 'Rekey itself',
  home: 'App Home',
  'command-rotate-key': '/rotate-key',
  'command-keys': '/keys',
  'command-runbook': '/runbook',
  'command-incident': '/incident',
};

const KINDS = {
  message: 'Message',
  form: 'Form',
  answer: 'Answer to',
  home: 'Tab',
} as const satisfies Record<Picture['kind'], string>;

/** docs/slack/README.md: every picture with its name and when people see it. */
export function contentsOf(pictures: readonly Picture[]): string {
  const areas = Object.keys(TITLES).filter((area) => pictures.some(({ file }) => areaOf(file) === area));
  const toc = areas.map((area) => `- [${TITLES[area]}](#${anchorOf(TITLES[area] ?? area)})`);
  return `${[HEAD, ...toc, ...areas.flatMap((area) => sectionOf(area, pictures))].join('\n')}\n`;
}

const HEAD = `# What people see in Slack

The pages: [ways to ask](ways-in.md) · [keys](keys.md) · [runs and runbooks](runs.md) · [deciding](approvals.md) · [the digest](digests.md) ·
[incidents](incidents.md) · [App Home](home.md).

Below is every message, form and answer, photographed in Chromium in the local workspace while people worked with the real bot, its real ledger and
its real runbooks. \`npm run pictures\` takes them anew and writes this page.
`;

function sectionOf(area: string, pictures: readonly Picture[]): string[] {
  const here = pictures.filter(({ file }) => areaOf(file) === area);
  return ['', `## ${TITLES[area]}`, ...here.flatMap(entryOf)];
}

function entryOf({ file, kind, of, when, alt }: Picture): string[] {
  return ['', `**${KINDS[kind]} \`${of}\`** · ${when}`, '', `![${plain(alt)}](pictures/${file})`];
}

function areaOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

/** What people wrote is no Markdown here. */
function plain(text: string): string {
  return text
    .replace(/[[\]\\`*_<>|]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
