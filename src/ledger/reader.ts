import type { Alarm, AlarmKind } from '../domain/alarm.ts';
import type { GlassBreak } from '../domain/approval/break-glass.ts';
import type { Approval } from '../domain/approval.ts';
import type { Claim } from '../domain/claim.ts';
import type { AuditEntry } from '../domain/event.ts';
import type { ApprovalId, AskId, ClaimId, IncidentId, KeyId, RotationId, RunId, SecretId } from '../domain/ids.ts';
import type { Alert, Ask, Evidence, Incident, Notice, Reminder, SealedSecret } from '../domain/incident.ts';
import type { Key, KeyClass, KeyState } from '../domain/key.ts';
import type { KeySearch } from '../domain/key-search.ts';
import type { Rotation } from '../domain/rotation.ts';
import type { Run } from '../domain/run.ts';
import type { ScheduledRun } from '../domain/scheduled-run.ts';
import type { ControlReader } from './control-reader.ts';
import type { DeliveryReader } from './delivery-reader.ts';
import type { DigestReader } from './digest-reader.ts';
import type { FanOutReader } from './fan-outs.ts';
import type { FollowUpReader } from './follow-ups.ts';
import type { HomeReader } from './home-reader.ts';
import type { IncidentWorkReader } from './incident-work.ts';
import type { PeerReader } from './peer-reader.ts';
import type { ReviewReader } from './reviews.ts';
import type { RunbookReader } from './runbooks.ts';
import type { SecondFactorReader } from './second-factors.ts';
import type { Around } from './usage-around.ts';

/** Calls of one caller with one key within one minute, as the verifier counted them. */
export interface Usage {
  key: KeyId;
  caller: string;
  minute: Date;
  accepted: number;
  rejected: number;
}

/** What one caller did with one key over a span of time. */
export interface Caller {
  caller: string;
  /** Accepted and rejected ones. */
  calls: number;
  /** The last minute in which it was seen. */
  lastAt: Date;
}

/** Opens with its master key only, to a text that its pepper digests to `digest`. */
export interface VaultProof {
  masterKey: string;
  pepper: string;
  envelope: string;
  digest: string;
  retiredAt: Date | null;
}

/** How many current keys are of this kind. */
export interface KeyCount {
  service: string;
  environment: string;
  class: KeyClass;
  state: KeyState;
  count: number;
}

/** Calls of one caller with a key that is dead, since it died. */
export interface DeadKeyUse {
  key: KeyId;
  caller: string;
  accepted: number;
  rejected: number;
  /** The last minute in which it was seen. */
  lastAt: Date;
}

/** What is the case, what is being done and what is missing, as people said it last. */
export interface Situated {
  conditions: string | null;
  actions: string | null;
  needs: string | null;
  note: string | null;
  at: Date;
  by: string;
}

export interface KeyFilter {
  service?: string;
  environment?: string;
  owner?: string;
}

/** The last row of the page before: its id, and its instant in the order of the list. */
export interface PageEnd<Id = KeyId> {
  at: Date;
  id: Id;
}

export interface AuditFilter {
  incident?: IncidentId;
  run?: RunId;
  subject?: string;
  /** Only lines before this one: the next page of a list that is newest first. */
  before?: number;
  limit: number;
}

/** Everything that can be asked of the ledger. The same questions work inside a transaction and outside. */
export interface LedgerReader
  extends ControlReader,
    PeerReader,
    RunbookReader,
    FanOutReader,
    FollowUpReader,
    ReviewReader,
    SecondFactorReader,
    HomeReader,
    DeliveryReader,
    DigestReader,
    IncidentWorkReader {
  key: (id: KeyId) => Promise<Key | null>;
  /** The newest version that is not pending; the pending one when there is no other. */
  keyBySlug: (slug: string) => Promise<Key | null>;
  keyByDigest: (digest: string) => Promise<Key | null>;
  /** By the first 12 hex digits of its digest, which is what people and senders see; null also when two keys share them. */
  keyByFingerprint: (fingerprint: string) => Promise<Key | null>;
  keyByExternalRef: (provider: string, externalRef: string) => Promise<Key | null>;
  /** The current version of each slug, by slug; a page of them when `limit` is given. */
  keys: (filter?: KeyFilter & { after?: string; limit?: number }) => Promise<Key[]>;
  versionsOf: (slug: string) => Promise<Key[]>;
  /** Living keys of a provider, in the order of the names that it has for them; `after`: a page behind that name. */
  keysOfProvider: (of: {
    provider: string;
    expiringBefore: Date | null;
    after: string | null;
    limit: number;
  }) => Promise<Key[]>;
  /** The first `limit` keys of this kind, the one that ends first comes first. Costs what is found and not what there is. */
  findKeys: (search: KeySearch, at: { now: Date; limit: number }) => Promise<Key[]>;
  /**
   * Current keys for a menu, the best first: whose name begins so, then of whose name a later word does, then whose service or owner does.
   * Costs what is shown and not what there is.
   */
  keysNamedLike: (beginning: string, limit: number) => Promise<Key[]>;
  /** Keys that can still be used and expire before `before`, soonest first. */
  keysExpiringBefore: (before: Date) => Promise<Key[]>;
  /** Current keys whose time is over or ends before `before`, soonest first; with the ones that the ledger still calls active. */
  currentExpiringBefore: (before: Date, filter?: KeyFilter & { limit?: number }) => Promise<Key[]>;
  /** Current keys that are revoked or expired for good, by slug: nothing took their place. A page of them when `limit` is given. */
  currentGone: (filter?: KeyFilter & { after?: string; limit?: number }) => Promise<Key[]>;
  keyCounts: () => Promise<KeyCount[]>;
  /** Current, usable keys of an environment for which no expiry is on record, by slug. */
  currentUndated: (environment: string, service?: string) => Promise<Key[]>;
  /** Current, active keys of a class that were activated before that instant, oldest first; with the ones that are being rotated. */
  currentOlderThan: (keyClass: KeyClass, activatedBefore: Date) => Promise<Key[]>;
  /** Who still calls with keys that are revoked or expired, the latest call first. */
  usesOfDeadKeys: (since: Date) => Promise<DeadKeyUse[]>;
  /** Current, active keys of a class that were activated before that instant and have no open rotation, oldest first; a page of them. */
  overdueKeys: (of: { class: KeyClass; activatedBefore: Date; limit: number; after?: PageEnd }) => Promise<Key[]>;
  /** Keys whose recorded state the clock has overtaken: their life is over, the row does not say so, and no run works on them. The never activated too. */
  keysToExpire: (now: Date, limit: number) => Promise<Key[]>;
  /** Keys in grace whose grace is over and that no open rotation takes care of, the longest over first; a page of them. */
  keysToRetire: (now: Date, limit: number, after?: PageEnd) => Promise<Key[]>;
  /** Dead keys whose metadata was kept long enough. */
  keysToForget: (deadBefore: Date, limit: number) => Promise<Key[]>;
  /** Active and retiring keys that sign JWTs, the newest first. */
  signingKeys: () => Promise<Key[]>;
  /** When the last key of this class that may still be used expires; null when there is none. */
  lastExpiryOf: (keyClass: KeyClass) => Promise<Date | null>;
  /** Usable keys that administer this provider, or any; the one that expires first comes first. */
  administrators: (provider?: string) => Promise<Key[]>;
  rotation: (id: RotationId) => Promise<Rotation | null>;
  /** The rotation of any version of this slug that has not ended. */
  openRotationOf: (slug: string) => Promise<Rotation | null>;
  rotationOfRun: (run: RunId) => Promise<Rotation | null>;
  /** Newest first. */
  rotationsOf: (slug: string, limit: number) => Promise<Rotation[]>;
  rotationsRequestedSince: (slug: string, since: Date) => Promise<Rotation[]>;
  /** Scheduled ones whose time has come, the longest waiting first; a page of them. */
  dueRotations: (at: Date, limit: number, after?: PageEnd<string>) => Promise<Rotation[]>;
  openRotations: (limit: number) => Promise<Rotation[]>;
  rotationsEndedSince: (since: Date) => Promise<Rotation[]>;
  scheduledRun: (id: string) => Promise<ScheduledRun | null>;
  /** The ones that have not begun, the next one first. */
  scheduledRuns: (limit: number) => Promise<ScheduledRun[]>;
  scheduledRunsEndedSince: (since: Date) => Promise<ScheduledRun[]>;
  /** The ones whose time has come, the longest waiting first. */
  dueScheduledRuns: (at: Date, limit: number) => Promise<ScheduledRun[]>;
  claim: (id: ClaimId) => Promise<Claim | null>;
  claimByTokenHash: (hash: string) => Promise<Claim | null>;
  claimsOfKey: (key: KeyId) => Promise<Claim[]>;
  /** Offers that can still be taken, newest first. */
  openClaims: (now: Date) => Promise<Claim[]>;
  /** The master keys that this ledger was sealed under, the latest first. */
  vaultProofs: () => Promise<VaultProof[]>;
  alarm: (id: string) => Promise<Alarm | null>;
  alarmsSince: (since: Date) => Promise<Alarm[]>;
  /** Those that nothing has ended, the oldest first: for kinds that end. */
  openAlarms: (kind: AlarmKind) => Promise<Alarm[]>;
  lastAlarm: (key: KeyId | null, kind: AlarmKind) => Promise<Alarm | null>;
  run: (id: RunId) => Promise<Run | null>;
  /** The one run that has this key in its hands; those with `open_runs: any` and the ones that a step started beside it are not meant. */
  openRunOfKey: (key: KeyId) => Promise<Run | null>;
  runsOfIncident: (incident: IncidentId) => Promise<Run[]>;
  approval: (id: ApprovalId) => Promise<Approval | null>;
  approvalByToken: (token: string) => Promise<Approval | null>;
  openApprovalsOfRun: (run: RunId) => Promise<Approval[]>;
  /** In the order in which they were asked for. */
  approvalsOfRun: (run: RunId) => Promise<Approval[]>;
  glassBreak: (approval: ApprovalId) => Promise<GlassBreak | null>;
  /** Newest first. */
  glassBreaks: (limit: number) => Promise<GlassBreak[]>;
  /** Debts of a review, the one that is due first comes first. */
  unreviewedGlassBreaks: () => Promise<GlassBreak[]>;
  approvalsOfIncident: (incident: IncidentId) => Promise<Approval[]>;
  ask: (id: AskId) => Promise<Ask | null>;
  askByToken: (token: string) => Promise<Ask | null>;
  asksOfIncident: (incident: IncidentId) => Promise<Ask[]>;
  /** The questions that the run waits for now. */
  openAsksOfRun: (run: RunId) => Promise<Ask[]>;
  incident: (id: IncidentId) => Promise<Incident | null>;
  /** What people said of it last; null when nobody did. */
  situationOf: (incident: IncidentId) => Promise<Situated | null>;
  openIncidentOfKey: (key: KeyId) => Promise<Incident | null>;
  alertsOfIncident: (incident: IncidentId) => Promise<Alert[]>;
  secret: (id: SecretId) => Promise<SealedSecret | null>;
  reminder: (key: KeyId) => Promise<Reminder | null>;
  noticesOfIncident: (incident: IncidentId) => Promise<Notice[]>;
  evidenceOfIncident: (incident: IncidentId) => Promise<Evidence[]>;
  /** Audit lines, newest first. */
  audit: (filter: AuditFilter) => Promise<AuditEntry[]>;
  /** Lines `from` to `to`, both included, in order: a piece of the chain. */
  auditRange: (from: number, to: number) => Promise<AuditEntry[]>;
  auditHead: () => Promise<{ seq: number; hash: string }>;
  usageOf: (key: KeyId, since: Date) => Promise<Usage[]>;
  /** Who called with it since, whoever called most first. For a busy key `usageOf` is hundreds of thousands of minutes; this adds them up. */
  callersOf: (key: KeyId, since: Date) => Promise<Caller[]>;
  /** The same in sums that lie on one side each of what happened to a key in an incident. */
  usageAround: (key: KeyId, around: Around) => Promise<Usage[]>;

  /** Runs about this version of a key, newest first. */
  runsOfKey: (key: KeyId) => Promise<Run[]>;
  /** Notices about this version of a key, in and outside incidents, newest first. */
  noticesOfKey: (key: KeyId) => Promise<Notice[]>;
  /** Everything ever sealed for this version of a key, newest first; consumed and destroyed ones included. */
  secretsOfKey: (key: KeyId) => Promise<SealedSecret[]>;
  /** Sealed secrets that still hold something, in the order of their ids, after `after`. */
  sealedSecrets: (after: string, limit: number) => Promise<SealedSecret[]>;
}
