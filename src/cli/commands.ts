import type { CliCommand } from './command.ts';

/** The command table, by the first word that is typed. One more command is one file and one line. */
const TABLE: Readonly<Record<string, () => Promise<CliCommand>>> = {
  init: async () => (await import('./init.ts')).init,
  serve: async () => (await import('./serve.ts')).serve,
  demo: async () => (await import('./demo.ts')).demo,
  drill: async () => (await import('./drill.ts')).drill,
  runbooks: async () => (await import('./runbooks.ts')).runbooks,
  runs: async () => (await import('./runs.ts')).runs,
  keys: async () => (await import('./keys.ts')).keys,
  incidents: async () => (await import('./incidents.ts')).incidents,
  digest: async () => (await import('./digest.ts')).digest,
  'follow-ups': async () => (await import('./follow-ups.ts')).followUps,
  summary: async () => (await import('./summary.ts')).summary,
  reviews: async () => (await import('./reviews.ts')).reviews,
  peers: async () => (await import('./peers.ts')).peers,
  notices: async () => (await import('./notices.ts')).notices,
  'break-glass': async () => (await import('./break-glass.ts')).breakGlass,
  'second-factor': async () => (await import('./second-factor.ts')).secondFactor,
  audit: async () => (await import('./audit.ts')).audit,
  alarms: async () => (await import('./alarms.ts')).alarms,
  backup: async () => (await import('./backup.ts')).backup,
  restore: async () => (await import('./restore.ts')).restore,
  doctor: async () => (await import('./doctor.ts')).doctor,
  completion: async () => (await import('./completion.ts')).completion,
  __keys: async () => (await import('./key-names.ts')).keyNames,
};

/** What that word needs, and everything where it is none of them or the shell asks for them all: most of a start is reading modules. */
export function commandsFor(word: string | undefined): Promise<CliCommand[]> {
  const one = word === undefined || word === 'completion' || !Object.hasOwn(TABLE, word) ? undefined : TABLE[word];
  return Promise.all((one === undefined ? Object.values(TABLE) : [one]).map((load) => load()));
}
