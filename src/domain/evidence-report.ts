import { planHashOf } from './binding.ts';
import type { ChainedLine } from './chained-line.ts';
import { fewestVoices } from './policy/approval-rule.ts';
import { sentenceFor, toldBy } from './timeline.ts';
import type { Told } from './told.ts';

/** Who is looked for in the lines: a rotation, what carried it out, and the two versions of the key. */
export interface RotationNames {
  rotation: string;
  run: string | null;
  key: string;
  replacement: string | null;
  /** What people call them, by id. */
  names: Readonly<Record<string, string>>;
}

export interface EvidenceApproval {
  id: string;
  question: string;
  rule: string;
  required: number;
  /** Whether the rule lets the one who asked agree as well. */
  ownRequestCounts: boolean;
  requestedBy: string;
  askedAt: string;
  planHash: string;
  /** What the hash of the plan is computed from says the same. */
  planHashHolds: boolean;
  runbook: string;
  runbookHash: string;
  /** Who decided without the others, and has to be reviewed. */
  alone: string | null;
  votes: { person: string; vote: 'approve' | 'deny'; reason: string; at: string }[];
  outcome: string | null;
  decidedAt: string | null;
}

export interface EvidenceTimes {
  requestedAt: string | null;
  startedAt: string | null;
  mintedAt: string | null;
  activeAt: string | null;
  verifiedAt: string | null;
  graceStartedAt: string | null;
  graceEndsAt: string | null;
  revokedAt: string | null;
  provedDeadAt: string | null;
  /** M2: initiated → the new key active. M5: revoked → seen rejected. Milliseconds; null when one end is not on record. */
  toActiveMs: number | null;
  revokeToProofMs: number | null;
}

/** What happened in one rotation, drawn from lines of the audit and from nothing else: whoever has the lines can draw it again. */
export interface EvidenceReport {
  requested: {
    by: string;
    at: string;
    channel: string;
    reason: string;
    mode: string | null;
    graceMs: number | null;
  } | null;
  /** Of the text that the run began with. */
  runbookHash: string | null;
  approvals: EvidenceApproval[];
  steps: {
    step: string;
    state: string;
    startedAt: string;
    endedAt: string | null;
    attempts: number;
    error: string | null;
  }[];
  times: EvidenceTimes;
  result: { state: string; at: string; why: string } | null;
  timeline: { seq: number; at: string; actor: string; sentence: string }[];
}

type Recorded = { line: ChainedLine; event: Told };

export function evidenceReport(lines: readonly ChainedLine[], names: RotationNames): EvidenceReport {
  const recorded = lines
    .filter((line) => isAbout(line, names))
    .map((line): Recorded => ({ line, event: toldBy(line) }));
  return {
    requested: requestOf(recorded, names),
    runbookHash:
      recorded.flatMap(({ event }) => (event.type === 'run_started' ? [event.run.runbook.hash] : []))[0] ?? null,
    approvals: approvalsOf(recorded),
    steps: stepsOf(recorded),
    times: timesOf(recorded, names),
    result: resultOf(recorded, names),
    timeline: recorded.flatMap(({ line, event }) => {
      const sentence = sentenceFor(event, new Map(Object.entries(names.names)));
      return sentence === null ? [] : [{ seq: line.seq, at: line.at, actor: line.actor, sentence }];
    }),
  };
}

function isAbout(line: ChainedLine, { rotation, run, key, replacement }: RotationNames): boolean {
  if (run !== null && line.run_id === run) return true;
  return [`rotation:${rotation}`, `key:${key}`, `key:${replacement}`].includes(line.subject);
}

function requestOf(recorded: readonly Recorded[], { rotation, run }: RotationNames): EvidenceReport['requested'] {
  for (const { line, event } of recorded) {
    const at = { at: line.at, channel: line.channel };
    if (event.type === 'rotation_requested' && event.rotation.id === rotation) {
      const { requestedBy, reason, mode, graceMs } = event.rotation;
      return { by: requestedBy, ...at, reason, mode, graceMs };
    }
    if (event.type === 'run_started' && event.run.id === run)
      return { by: event.run.requestedBy, ...at, reason: event.run.reason, mode: null, graceMs: null };
  }
  return null;
}

function approvalsOf(recorded: readonly Recorded[]): EvidenceApproval[] {
  const found = new Map<string, EvidenceApproval>();
  for (const { line, event } of recorded) {
    if (event.type === 'approval_requested') found.set(event.approval.id, asked(event.approval, line));
    if (event.type === 'vote_cast') found.get(event.approval)?.votes.push({ ...event.vote });
    const broken = event.type === 'glass_broken' ? found.get(event.use.approval) : undefined;
    if (broken !== undefined && event.type === 'glass_broken') broken.alone = event.use.by;
    const decided = event.type === 'approval_decided' ? found.get(event.approval) : undefined;
    if (decided === undefined || event.type !== 'approval_decided') continue;
    decided.outcome = event.outcome;
    decided.decidedAt = line.at;
  }
  return [...found.values()];
}

function asked(
  approval: Extract<Told, { type: 'approval_requested' }>['approval'],
  line: ChainedLine,
): EvidenceApproval {
  const { id, question, ruleName, rule, requestedBy, planHash, binding } = approval;
  return {
    id,
    question,
    rule: ruleName,
    required: fewestVoices(rule),
    ownRequestCounts: rule.requester_may_approve,
    requestedBy,
    askedAt: line.at,
    planHash,
    planHashHolds: planHashOf(binding) === planHash && line.plan_hash === planHash,
    runbook: binding.runbook,
    runbookHash: binding.runbookHash,
    votes: [],
    alone: null,
    outcome: null,
    decidedAt: null,
  };
}

function stepsOf(recorded: readonly Recorded[]): EvidenceReport['steps'] {
  const last = new Map<string, EvidenceReport['steps'][number]>();
  for (const { event } of recorded) {
    if (event.type !== 'step_recorded') continue;
    const { step, state, startedAt, endedAt, attempts } = event.record;
    const error = event.record.state === 'failed' || event.record.state === 'undone' ? event.record.error : null;
    last.set(step, { step, state, startedAt, endedAt, attempts, error });
  }
  return [...last.values()];
}

function timesOf(recorded: readonly Recorded[], { rotation, run, key, replacement }: RotationNames): EvidenceTimes {
  const first = (holds: (event: Told) => boolean) => recorded.find(({ event }) => holds(event))?.line.at ?? null;
  const ofKey = (type: Told['type'], id: string | null) =>
    first((event) => event.type === type && 'key' in event && event.key === id);
  const requestedAt = first((event) => event.type === 'rotation_requested' && event.rotation.id === rotation);
  const startedAt = first((event) => event.type === 'run_started' && event.run.id === run);
  const graces = recorded.flatMap(({ event }) =>
    (event.type === 'key_retired' || event.type === 'key_grace_extended') && event.key === key
      ? [event.graceEndsAt]
      : [],
  );
  const activeAt = ofKey('key_activated', replacement);
  const revokedAt = ofKey('key_revoked', key);
  const provedDeadAt = ofKey('key_proved_dead', key);
  return {
    requestedAt,
    startedAt,
    mintedAt: first((event) => event.type === 'key_issued' && event.key.id === replacement),
    activeAt,
    verifiedAt: ofKey('key_proved_live', replacement),
    graceStartedAt: ofKey('key_retired', key),
    graceEndsAt: graces.at(-1) ?? null,
    revokedAt,
    provedDeadAt,
    toActiveMs: between(startedAt, activeAt),
    revokeToProofMs: between(revokedAt, provedDeadAt),
  };
}

function between(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Date.parse(to) - Date.parse(from);
}

function resultOf(
  recorded: readonly Recorded[],
  { rotation, run, key, replacement }: RotationNames,
): EvidenceReport['result'] {
  for (const { line, event } of recorded) {
    const { at } = line;
    if (event.type === 'rotation_ended' && event.rotation === rotation)
      return { state: event.outcome, at, why: event.why };
    if (event.type === 'key_proved_dead' && event.key === key)
      return { state: 'completed', at, why: 'The old key was seen rejected.' };
    if (event.type === 'key_revoked' && event.key === replacement)
      return { state: 'rolled_back', at, why: 'The replacement was taken back.' };
    if (event.type === 'run_finished' && event.run === run)
      return { state: event.outcome === 'succeeded' ? 'completed' : event.outcome, at, why: event.why };
  }
  return null;
}
