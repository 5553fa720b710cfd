import type { Approval } from '../../src/domain/approval.ts';
import type { Claim } from '../../src/domain/claim.ts';
import type { AuditEntry, LedgerEvent } from '../../src/domain/event.ts';
import type { Alert, Ask, Evidence, Incident, Notice, Reminder, SealedSecret } from '../../src/domain/incident.ts';
import type { Key } from '../../src/domain/key.ts';
import type { Run } from '../../src/domain/run.ts';
import type { LedgerReader, Usage } from '../../src/ledger/reader.ts';

export interface MemoryLedger {
  keys: Map<string, Key>;
  runs: Map<string, Run>;
  incidents: Map<string, Incident>;
  approvals: Map<string, Approval>;
  asks: Map<string, Ask>;
  claims: Map<string, Claim>;
  alerts: Alert[];
  secrets: Map<string, SealedSecret>;
  notices: Notice[];
  evidence: Evidence[];
  reminders: Map<string, Reminder>;
  usage: Usage[];
  audit: AuditEntry[];
  reader: LedgerReader;
  /** What the real ledger does with events, so that a test can play one step after another. */
  apply: (events: readonly LedgerEvent[], at: Date) => void;
}

/** The rows of a ledger in maps. The real one is tested on SQLite under test/ledger; this one serves tests of single steps. */
export function memoryLedger(): MemoryLedger {
  const ledger: Omit<MemoryLedger, 'reader' | 'apply'> = {
    keys: new Map(),
    runs: new Map(),
    incidents: new Map(),
    approvals: new Map(),
    asks: new Map(),
    claims: new Map(),
    alerts: [],
    secrets: new Map(),
    notices: [],
    evidence: [],
    reminders: new Map(),
    usage: [],
    audit: [],
  };
  return {
    ...ledger,
    reader: readerOf(ledger),
    apply: (events, at) => {
      for (const event of events) {
        change(ledger, event, at);
        ledger.audit.push(lineOf(ledger, event, at));
      }
    },
  };
}

type Rows = Omit<MemoryLedger, 'reader' | 'apply'>;

/** Steps ask what is answered here; any other question fails loudly and belongs on SQLite. */
function readerOf(rows: Rows): LedgerReader {
  return new Proxy(answersOf(rows) as LedgerReader, {
    get: (answers, name) =>
      Reflect.get(answers, name) ??
      (() => Promise.reject(new Error(`the ledger of the steps' tests does not answer ${String(name)}`))),
  });
}

function answersOf(rows: Rows): Partial<LedgerReader> {
  const keys = () => [...rows.keys.values()];
  const newestFirst = <T>(list: readonly T[], at: (one: T) => Date) =>
    [...list].sort((a, b) => at(b).getTime() - at(a).getTime());
  const versionsOf = (slug: string) =>
    keys()
      .filter((key) => key.slug === slug)
      .sort((a, b) => b.version - a.version);
  return {
    key: async (id) => rows.keys.get(id) ?? null,
    keyBySlug: async (slug) => versionsOf(slug).find((key) => key.activatedAt !== null) ?? versionsOf(slug)[0] ?? null,
    keyByDigest: async (digest) => keys().find((key) => key.digest === digest) ?? null,
    keyByFingerprint: async (fingerprint) => keys().find((key) => key.digest?.startsWith(fingerprint)) ?? null,
    keyByExternalRef: async (provider, ref) =>
      keys().find((key) => key.provider === provider && key.externalRef === ref) ?? null,
    keys: async () => keys(),
    versionsOf: async (slug) => versionsOf(slug),
    keysExpiringBefore: async (before) =>
      keys()
        .filter(
          (key) =>
            (key.state === 'active' || key.state === 'retiring') && key.expiresAt !== null && key.expiresAt < before,
        )
        .sort((a, b) => (a.expiresAt?.getTime() ?? 0) - (b.expiresAt?.getTime() ?? 0)),
    administrators: async (provider) =>
      keys().filter((key) => key.administers !== null && (provider === undefined || key.administers === provider)),
    keysOfProvider: async ({ provider, after }) =>
      keys()
        .filter((key) => key.provider === provider && (key.externalRef ?? '') > (after ?? ''))
        .filter((key) => key.state === 'active' || key.state === 'retiring' || key.state === 'suspended')
        .sort((a, b) => (a.externalRef ?? '').localeCompare(b.externalRef ?? '')),
    run: async (id) => rows.runs.get(id) ?? null,
    openRunOfKey: async (key) =>
      [...rows.runs.values()].find((run) => run.key === key && run.finishedAt === null) ?? null,
    holdersOf: async (key) =>
      [...rows.runs.values()]
        .filter((run) => run.key === key && run.finishedAt === null && run.cancelRequestedAt === null)
        .map(({ id, parent }) => ({ run: id, parent })),
    ancestorsOf: async (id) => {
      const parent = rows.runs.get(id)?.parent;
      return parent == null ? [] : [parent.run];
    },
    runsOfIncident: async (incident) => [...rows.runs.values()].filter((run) => run.incident === incident),
    runsOfKey: async (key) =>
      newestFirst(
        [...rows.runs.values()].filter((run) => run.key === key),
        (run) => run.startedAt,
      ),
    approval: async (id) => rows.approvals.get(id) ?? null,
    approvalByToken: async (token) => [...rows.approvals.values()].find((one) => one.token === token) ?? null,
    openApprovalsOfRun: async (run) =>
      [...rows.approvals.values()].filter((one) => one.run === run && one.outcome === null),
    approvalsOfIncident: async (incident) => [...rows.approvals.values()].filter((one) => one.incident === incident),
    ask: async (id) => rows.asks.get(id) ?? null,
    askByToken: async (token) => [...rows.asks.values()].find((one) => one.token === token) ?? null,
    asksOfIncident: async (incident) => [...rows.asks.values()].filter((one) => one.incident === incident),
    claim: async (id) => rows.claims.get(id) ?? null,
    claimsOfKey: async (key) => [...rows.claims.values()].filter((one) => one.key === key),
    // Rotations are rows that the real ledger keeps by itself; a single step never sees another one's.
    openRotationOf: async () => null,
    // Peers are rows that the real ledger keeps; they are tested on it.
    peers: async () => [],
    peerProgress: async () => [],
    incident: async (id) => rows.incidents.get(id) ?? null,
    openIncidentOfKey: async (key) =>
      [...rows.incidents.values()].find((one) => one.key === key && one.closedAt === null) ?? null,
    alertsOfIncident: async (incident) => rows.alerts.filter((one) => one.incident === incident),
    secret: async (id) => rows.secrets.get(id) ?? null,
    secretsOfKey: async (key) =>
      newestFirst(
        [...rows.secrets.values()].filter((one) => one.key === key),
        (one) => one.createdAt,
      ),
    reminder: async (key) => rows.reminders.get(key) ?? null,
    noticesOfIncident: async (incident) => rows.notices.filter((one) => one.incident === incident),
    noticesOfKey: async (key) =>
      newestFirst(
        rows.notices.filter((one) => one.key === key),
        (one) => one.createdAt,
      ),
    // What people did with an incident and what follows it are rows that the real ledger keeps, as are digests.
    rolesOf: async () => [],
    notesOf: async () => [],
    waiversOf: async () => [],
    reopenedAt: async () => null,
    followUpsOf: async () => [],
    retrospective: async () => null,
    impressionsOf: async () => [],
    expiryClaimsOf: async () => [],
    summariesOf: async () => [],
    lastSummary: async () => null,
    auditChecked: async () => null,
    deliveriesOfIncident: async () => [],
    evidenceOfIncident: async (incident) => rows.evidence.filter((one) => one.incident === incident),
    audit: async (filter) =>
      rows.audit
        .filter((line) => filter.incident === undefined || line.incident === filter.incident)
        .filter((line) => filter.subject === undefined || line.subject === filter.subject)
        .reverse()
        .slice(0, filter.limit),
    callersOf: async (key, since) => {
      const used = rows.usage.filter((one) => one.key === key && one.minute >= since);
      return [...Map.groupBy(used, ({ caller }) => caller)]
        .map(([caller, minutes]) => ({
          caller,
          calls: minutes.reduce((sum, { accepted, rejected }) => sum + accepted + rejected, 0),
          lastAt: new Date(Math.max(...minutes.map(({ minute }) => minute.getTime()))),
        }))
        .sort((a, b) => b.calls - a.calls || a.caller.localeCompare(b.caller));
    },
    usageAround: async (key, { since }) => rows.usage.filter((one) => one.key === key && one.minute >= since),
    usageOf: async (key, since) => rows.usage.filter((one) => one.key === key && one.minute >= since),
  };
}

function change(rows: Rows, event: LedgerEvent, at: Date): void {
  const ofKey = keyChange(event, at);
  if (ofKey !== null) update(rows.keys, ofKey.key, (key) => ({ ...key, ...ofKey.set, rowVersion: key.rowVersion + 1 }));
  const ofIncident = incidentChange(event, at);
  if (ofIncident !== null) update(rows.incidents, ofIncident.incident, (one) => ({ ...one, ...ofIncident.set }));
  switch (event.type) {
    case 'key_issued':
      rows.keys.set(event.key.id, event.key);
      return;
    case 'secret_sealed':
      rows.secrets.set(event.secret.id, event.secret);
      return;
    case 'secret_destroyed':
      update(rows.secrets, event.secret, (sealed) => ({ ...sealed, envelope: null, destroyedAt: at }));
      return;
    case 'alert_received':
      rows.alerts.push(event.alert);
      return;
    case 'incident_opened':
      rows.incidents.set(event.incident.id, event.incident);
      return;
    case 'run_started':
      rows.runs.set(event.run.id, event.run);
      return;
    case 'entered_incident':
      update(rows.runs, event.run, (run) => ({ ...run, incident: event.incident }));
      return;
    case 'run_finished':
      update(rows.runs, event.run, (run) => ({ ...run, finishedAt: at, outcome: event.outcome }));
      return;
    case 'step_recorded':
      update(rows.runs, event.run, (run) => ({ ...run, steps: { ...run.steps, [event.record.step]: event.record } }));
      return;
    case 'approval_requested':
      rows.approvals.set(event.approval.id, event.approval);
      return;
    case 'vote_cast':
      update(rows.approvals, event.approval, (one) => ({ ...one, votes: [...one.votes, event.vote] }));
      return;
    case 'approval_decided':
      update(rows.approvals, event.approval, (one) => ({ ...one, outcome: event.outcome, decidedAt: at }));
      return;
    case 'approval_asked':
      update(rows.approvals, event.approval, (one) => ({ ...one, asked: [...one.asked, ...event.people] }));
      return;
    case 'approval_reminded':
      update(rows.approvals, event.approval, (one) => ({ ...one, reminded: event.number }));
      return;
    case 'approval_escalated':
      update(rows.approvals, event.approval, (one) => ({ ...one, escalated: event.number }));
      return;
    case 'approval_delegated':
      update(rows.approvals, event.approval, (one) => ({
        ...one,
        delegations: [...one.delegations, event.delegation],
      }));
      return;
    case 'glass_broken':
      update(rows.approvals, event.use.approval, (one) => ({ ...one, glassBrokenBy: event.use.by }));
      return;
    case 'ask_opened':
      rows.asks.set(event.ask.id, event.ask);
      return;
    case 'ask_answered': {
      const { type: _type, ask: id, ...said } = event;
      update(rows.asks, id, (ask) => ({ ...ask, answer: { ...said, at } }));
      return;
    }
    case 'ask_marked': {
      const { item, mark, reason, by } = event;
      const fresh = mark === 'open' ? [] : [{ item, mark, reason, by, at }];
      update(rows.asks, event.ask, (ask) => ({
        ...ask,
        marks: [...ask.marks.filter((one) => one.item !== item), ...fresh],
      }));
      return;
    }
    case 'ask_reminded':
      update(rows.asks, event.ask, (ask) => ({ ...ask, reminded: event.nth }));
      return;
    case 'ask_escalated':
      update(rows.asks, event.ask, (ask) => ({ ...ask, escalation: { to: event.to, people: event.people } }));
      return;
    case 'claim_opened':
      rows.claims.set(event.claim.id, event.claim);
      return;
    case 'claim_taken':
      update(rows.claims, event.claim, (one) => ({ ...one, takenAt: at, takenBy: event.by, takenHow: event.how }));
      return;
    case 'notice_issued':
      rows.notices.push(event.notice);
      return;
    case 'evidence_captured':
      rows.evidence.push(event.evidence);
      return;
    case 'reminder_set':
      rows.reminders.set(event.reminder.key, event.reminder);
      return;
    case 'reminder_tested':
      update(rows.reminders, event.key, (reminder) => ({ ...reminder, tested: event.tested }));
  }
}

function update<T>(rows: Map<string, T>, id: string, changed: (row: T) => T): void {
  const row = rows.get(id);
  if (row === undefined) throw new Error(`there is no row ${id}`);
  rows.set(id, changed(row));
}

function keyChange(event: LedgerEvent, at: Date): { key: string; set: Partial<Key> } | null {
  switch (event.type) {
    case 'expiry_seen':
      return { key: event.key, set: { expiresAt: event.expiresAt } };
    case 'key_activated':
      return { key: event.key, set: { state: 'active', activatedAt: at } };
    case 'key_expired':
      return { key: event.key, set: { state: 'expired' } };
    case 'key_retired':
      return { key: event.key, set: { state: 'retiring', retiringAt: at, graceEndsAt: event.graceEndsAt } };
    case 'key_grace_extended':
      return { key: event.key, set: { graceEndsAt: event.graceEndsAt } };
    case 'key_grace_taken_back':
      return { key: event.key, set: NO_GRACE };
    case 'key_suspended':
      return { key: event.key, set: { state: 'suspended' } };
    case 'key_reinstated':
      return { key: event.key, set: { state: event.to, ...(event.to === 'active' && NO_GRACE) } };
    case 'key_quarantined':
      return { key: event.key, set: { quarantinedAt: at } };
    case 'key_compromised':
      return { key: event.key, set: { compromisedAt: at } };
    case 'key_revoked':
      return { key: event.key, set: { state: 'revoked', revokedAt: at } };
    case 'key_proved_live':
      return { key: event.key, set: { provedLiveAt: at } };
    case 'key_proved_dead':
      return { key: event.key, set: { provedDeadAt: at } };
    default:
      return null;
  }
}

const NO_GRACE = { retiringAt: null, graceEndsAt: null } as const;

function incidentChange(event: LedgerEvent, at: Date): { incident: string; set: Partial<Incident> } | null {
  switch (event.type) {
    case 'incident_classified':
      return { incident: event.incident, set: { keyClass: event.keyClass } };
    case 'incident_contained':
      return { incident: event.incident, set: { containedAt: at } };
    case 'incident_recovered':
      return { incident: event.incident, set: { recoveredAt: at } };
    case 'incident_closed':
      return {
        incident: event.incident,
        set: { closedAt: event.openPoints.length === 0 ? at : null, openPoints: event.openPoints },
      };
    default:
      return null;
  }
}

function lineOf(rows: Rows, event: LedgerEvent, at: Date): AuditEntry {
  const seq = rows.audit.length + 1;
  return {
    seq,
    at,
    actor: 'system:engine',
    channel: 'engine',
    action: event.type,
    subject: 'key' in event && typeof event.key === 'string' ? `key:${event.key}` : event.type,
    incident: [...rows.incidents.values()][0]?.id ?? null,
    run: [...rows.runs.values()][0]?.id ?? null,
    step: null,
    planHash: null,
    details: JSON.stringify(event, (name, value: unknown) =>
      ['envelope', 'text', 'token', 'markdown', 'json'].includes(name) ? undefined : value,
    ),
    prevHash: String(seq - 1).padStart(64, '0'),
    hash: String(seq).padStart(64, '0'),
  };
}
