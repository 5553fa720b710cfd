import { type ConnectionSpec, Connections, hostOf, mayCall } from '../domain/connection.ts';
import { NOBODY_OUTSIDE, type Outside } from '../domain/outside.ts';
import { refuseDanglingContacts } from './lint-notices.ts';
import type { LoadedRunbook, SourceStep } from './loaded.ts';
import { type CheckedFile, checkFile, configTrouble, oncePerText } from './policy-file.ts';
import { type Complaint, type Position, quote, type RunbookProblem } from './problem.ts';
import { readRunbookFile, shownAs, yamlFilesIn } from './read-file.ts';
import { listed, suggestion } from './suggest.ts';

export const CONNECTIONS_FILE = 'connections.yaml';

type Specs = Readonly<Record<string, ConnectionSpec>>;

export const checkConnections = oncePerText((text, file) =>
  checkFile(Connections, { text, file }, refuseDanglingContacts),
);

/** What connections.yaml says now; a team that calls nothing needs none. Throws ConfigTrouble `connections_broken`. */
export async function loadConnections(dir: string): Promise<Specs> {
  const checked = await readConnections(dir);
  if (checked === null) return {};
  if (checked.kind === 'ok') return checked.value.connections;
  throw configTrouble('connections_broken', checked.problems);
}

/** The ways out for notices, and who is there. Throws as `loadConnections`. */
export async function loadOutside(dir: string): Promise<Outside> {
  const checked = await readConnections(dir);
  if (checked === null) return NOBODY_OUTSIDE;
  if (checked.kind === 'ok') return checked.value;
  throw configTrouble('connections_broken', checked.problems);
}

/** Null where there is no such file. */
export async function readConnections(dir: string): Promise<CheckedFile<Connections> | null> {
  if (!(await yamlFilesIn(dir)).includes(CONNECTIONS_FILE)) return null;
  const read = await readRunbookFile(dir, CONNECTIONS_FILE);
  if (read.kind === 'refused') return { kind: 'refused', problems: [read.problem] };
  return checkConnections(read.text, shownAs(dir, CONNECTIONS_FILE));
}

/** Steps that call something: the connection has to be there, to be allowed what they ask, and to lead where the runbook may go. */
export function refuseBadConnections(runbooks: Iterable<LoadedRunbook>, specs: Specs): RunbookProblem[] {
  return [...runbooks].flatMap((runbook) =>
    runbook.steps.flatMap((step) =>
      step.mentions
        .filter((mention) => mention.meaning === 'connection')
        .flatMap(({ name, at, path }) => {
          const complaint = complaintOf(name, { runbook, step, specs });
          return complaint === null ? [] : [placed(runbook, at, path, complaint)];
        }),
    ),
  );
}

function placed({ file }: LoadedRunbook, at: Position, path: string, complaint: Complaint): RunbookProblem {
  return { file, ...at, path, ...complaint };
}

function complaintOf(
  name: string,
  { runbook, step, specs }: { runbook: LoadedRunbook; step: SourceStep; specs: Specs },
): Complaint | null {
  const names = Object.keys(specs);
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (spec === undefined) {
    const expected = `a connection of connections.yaml: ${listed(names)}`;
    return { expected, got: quote(name), fix: suggestion(name, names) };
  }
  const host = hostOf(spec);
  const { hosts } = runbook.grants;
  if (!hosts.includes(host))
    return {
      expected: `a connection to a host that \`grants.hosts\` lists (${hosts.join(', ') || 'none'})`,
      got: `${quote(name)}, which leads to ${host}`,
      fix: `write \`${host}\` under \`grants.hosts\``,
    };
  return refusedCall(name, spec, step);
}

function refusedCall(name: string, spec: ConnectionSpec, { kind, written }: SourceStep): Complaint | null {
  const refused = (kind.calls?.(written) ?? []).find(
    (call) => call.connection === name && !mayCall(spec, call.method, call.path),
  );
  if (refused === undefined) return null;
  const call = `${refused.method} /${refused.path.map((part) => part ?? '…').join('/')}`;
  return {
    expected: `a call that the connection ${quote(name)} allows`,
    got: quote(call),
    fix: `add it under \`connections.${name}.allow\` in connections.yaml if it should be`,
  };
}
