import { hostname } from 'node:os';
import type { Key } from '../domain/key.ts';
import type { Policy } from '../domain/policy.ts';
import type { EngineDeps } from '../engine/deps.ts';
import { openEngine } from '../engine/open-engine.ts';
import { leaseOwner } from '../engine/owner.ts';
import { openLedger } from '../ledger/ledger.ts';
import { openConnections } from '../providers/connections.ts';
import { providers } from '../providers/index.ts';
import { openPepper, type Pepper } from '../providers/pepper.ts';
import { openVault } from '../providers/seal.ts';
import { playedStepUp } from '../providers/step-up.ts';
import { loadConnections } from '../runbook/connections-file.ts';
import { loadClassRule } from '../runbook/policy-file.ts';
import type { RunbookSet } from '../runbook/runbook-set.ts';
import { sinks } from '../sinks/index.ts';
import type { StepKind } from '../steps/contract.ts';
import { NOBODY_THERE } from '../steps/outside-files.ts';
import type { Answer } from './answer-schema.ts';
import { furnish, type KeyAhead } from './fixture.ts';
import type { Reply } from './outside-schema.ts';
import { patchedPolicy } from './policy-patch.ts';
import type { Calls, Rehearsal, RehearsalCase } from './schema.ts';
import { PLAYED_KEYS, type Room } from './scratch.ts';
import { scratchSink } from './scratch-sink.ts';
import { answersOf, repliesOf, type Script } from './script.ts';
import { scriptedKinds } from './scripted-kinds.ts';
import { type Trace, traced } from './trace.ts';

/** What all cases of a folder share. */
export interface House {
  /** The folder of policy.yaml and key-classes.yaml. */
  dir: string;
  runbooks: RunbookSet;
  policy: Policy;
  stepKinds: readonly StepKind[];
}

/** One case, ready to be played: the real engine on a ledger of its own, with a clock that only the player moves. */
export interface Stage {
  deps: EngineDeps;
  engine: ReturnType<typeof openEngine>;
  trace: Trace;
  keys: Key[];
  /** Calls that lie ahead, the first one first. */
  calls: Calls[];
  /** Keys that somebody registers later, the first one first. */
  ahead: KeyAhead[];
  start: Date;
  now: () => Date;
  moveTo: (at: Date) => void;
  /** When each sleeping run wants to be woken. */
  alarms: Map<string, Date>;
  answers: Script<Answer>;
  replies: Script<Reply>;
  /** What the file has to say and does not, or says wrongly; the case fails with it. */
  complaints: string[];
  /** Steps of each runbook whose question has a no that the run survives. */
  noGoesOn: Map<string, Set<string>>;
  /** Crashes that are still to come. */
  crash: { at: string; step: string }[];
  close: () => Promise<void>;
}

export async function openStage(
  { house, rehearsal, room }: { house: House; rehearsal: Rehearsal; room: Room },
  one: RehearsalCase,
): Promise<Stage> {
  const start = new Date(one.clock.start);
  let at = start;
  const now = () => at;
  const policy = patchedPolicy(house.policy, [rehearsal.policy, one.policy]);
  const pepper = openPepper('rehearse', PLAYED_KEYS.pepper);
  const complaints: string[] = [];
  const replies = repliesOf(structuredClone(one.outside));
  const played = { alarms: new Map<string, Date>(), crash: [...one.crash], start, now };
  const trace = traced(await openLedger({ file: room.ledgerFile, now, durability: 'scratch' }));
  const complain = (sentence: string) => {
    if (!complaints.includes(sentence)) complaints.push(sentence);
  };
  const stepKinds = scriptedKinds(house.stepKinds, { replies, complain, start });
  const deps = playedDeps({ ...played, house, room, trace, policy, pepper, stepKinds });
  const fixture = one.ledger ?? rehearsal.ledger ?? { keys: [], peers: [], calls: [] };
  const channel = policy.policy.team.incident_channel;
  const { keys, events, ahead } = await furnish(fixture, { start, places: room.places, pepper, channel });
  const by = { at: start, actor: 'system:rehearsal', channel: 'cli' } as const;
  await deps.ledger.record(by, async () => ({ events, result: undefined }));
  trace.events.length = 0;
  return {
    ...played,
    deps,
    engine: openEngine(deps),
    trace,
    keys,
    calls: [...fixture.calls].sort((a, b) => a.at - b.at),
    ahead,
    moveTo: (next) => {
      at = next;
    },
    answers: answersOf(one.answers),
    replies,
    complaints,
    noGoesOn: new Map(),
    close: deps.ledger.close,
  };
}

type Played = Pick<Stage, 'alarms' | 'crash' | 'now' | 'trace'> &
  Pick<EngineDeps, 'stepKinds'> & {
    house: House;
    room: Room;
    policy: Awaited<ReturnType<EngineDeps['policy']>>;
    pepper: Pepper;
  };

const ALL_ENDED = `${hostname()}:4194305:ended`;

/** What the engine stands on in earnest, except for the clock, the queue, the codes of people and everything outside. */
function playedDeps({ alarms, crash, now, trace, house, room, policy, pepper, stepKinds }: Played): EngineDeps {
  const { ledger } = trace;
  const vault = openVault(PLAYED_KEYS.masterKey);
  return {
    ledger,
    queue: {
      wake: async () => {},
      alarm: async (run, at) => {
        alarms.set(run, at);
      },
    },
    runbooks: house.runbooks,
    policy: async () => policy,
    classRule: (keyClass) => loadClassRule(house.dir, keyClass),
    stepKinds,
    // No host may be called: whatever would leave this machine is refused before it does.
    providers: byName(providers({ ledger: ledger.read, pepper, vault, probeHosts: [], now })),
    sinks: byName(sinks({ fileRoots: [room.places] }).map((sink) => scratchSink(sink, room.places))),
    // Looked up as in earnest; what it answers comes from the file (scripted-connection), so no credential is ever read.
    connections: openConnections({ specs: () => loadConnections(house.dir), keysDir: room.places, allow: [], now }),
    outside: NOBODY_THERE,
    vault,
    stepUp: playedStepUp,
    now,
    newId: countedIds(),
    saveReport: room.saveReport,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    faultPoint: (place, step) => {
      const index = crash.findIndex((fault) => fault.at === place && fault.step === step);
      if (index < 0) return;
      crash.splice(index, 1);
      throw trace.kill();
    },
    // With a crash to come, leases are of a process that is gone, so that the next one has them at once.
    owner: crash.length > 0 ? ALL_ENDED : leaseOwner(),
  };
}

function byName<One extends { name: string }>(list: readonly One[]): Record<string, One> {
  return Object.fromEntries(list.map((one) => [one.name, one]));
}

const WIDTH = 10;

// Counted, so that two runs of a case tell the same; padded, because three of them end to end are a token that must be unique.
function countedIds(): (prefix: string) => string {
  let count = 0;
  return (prefix) => {
    count += 1;
    return `${prefix}-${String(count).padStart(WIDTH, '0')}`;
  };
}
