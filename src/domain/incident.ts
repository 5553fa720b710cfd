import type { AskForm, Escalation, EvidenceKind, FieldAnswer, FileReference, Mark, ReminderRule } from './ask-form.ts';
import type { Actor, AskId, IncidentId, KeyId, PersonId, RunId, SecretId, StepId } from './ids.ts';
import type { KeyClass } from './key.ts';
import type { JsonObject } from './run.ts';

export interface Incident {
  id: IncidentId;
  severity: 'SEV1' | 'SEV2' | 'SEV3';
  title: string;
  key: KeyId | null;
  keyClass: KeyClass | null;
  /** The Slack channel in which it is declared and decided; the run's progress is a thread there. */
  channel: string;
  openedBy: Actor;
  /** When the failures began, when somebody or something told us, and when each phase was reached. */
  startedAt: Date;
  reportedAt: Date;
  containedAt: Date | null;
  recoveredAt: Date | null;
  closedAt: Date | null;
  /** Why the close gate of design/keys.md is not met yet, or null when it is. */
  openPoints: string[];
}

/** One signal from outside, kept as it came. */
export interface Alert {
  id: string;
  incident: IncidentId | null;
  source: string;
  alert: string;
  key: KeyId | null;
  count: number;
  windowMinutes: number;
  details: JsonObject;
  receivedAt: Date;
}

export interface Ask {
  id: AskId;
  run: RunId;
  step: StepId;
  incident: IncidentId | null;
  question: string;
  /** As the runbook names it (`carol`, `group:payments`), and the people that this meant when the question was put. */
  assignee: string;
  assigned: PersonId[];
  evidence: EvidenceKind;
  form: AskForm;
  /** What was said of the items of a checklist so far. */
  marks: Mark[];
  reminders: ReminderRule;
  /** How many of `remindersOf` were sent or passed over. */
  reminded: number;
  escalation: Escalation | null;
  /** The earlier steps to which it may be sent back. */
  pushBackTo: StepId[];
  /** Sent back instead of answered. */
  pushedBack: { to: StepId; reason: string; by: PersonId; at: Date } | null;
  /** Opaque text that the button carries. */
  token: string;
  createdAt: Date;
  dueAt: Date | null;
  answer: AskAnswer | null;
}

export interface AskAnswer {
  /** Always true for a checklist or form: they have no no. */
  yes: boolean;
  /** In words, also of a file. */
  evidence: string;
  by: PersonId;
  at: Date;
  /** What was filled into a form. */
  answers?: FieldAnswer[];
  file?: FileReference;
}

/** Key material at rest. The ciphertext is null once it was consumed; what remains is the record that it existed. */
export interface SealedSecret {
  id: SecretId;
  key: KeyId;
  /** `signing_key`: the private half of a key that signs JWTs; `proof`: what shows at start that this master key belongs to this ledger; `second_factor`: the seed of a person's codes. */
  purpose: 'new_key' | 'evidence' | 'signing_key' | 'proof' | 'second_factor';
  /** Envelope as text: `v1.<kek id>.<wrapped key>.<nonce>.<ciphertext>`, all base64url. */
  envelope: string | null;
  createdAt: Date;
  destroyedAt: Date | null;
}

/** Who was told what, with the three facts that R-KEY-EXPIRY makes mandatory. */
export interface Notice {
  id: string;
  incident: IncidentId | null;
  /** Null when the ledger itself speaks: a digest, a deadline in grace. */
  run: RunId | null;
  /** `person:carol` (told directly), `caller:payments-worker` or `peer:node-b` (told in the incident's channel). */
  recipient: string;
  /** Whom a person was told for: `caller:payments-worker`. Absent for whoever is told only for themselves. */
  about?: string[];
  key: KeyId;
  template: string;
  facts: { whichKey: string; replacementAvailable: string; dataIntegrity: string };
  createdAt: Date;
}

/** The warning that should come before a key expires. */
export interface Reminder {
  key: KeyId;
  withinDays: number[];
  channel: string;
  owner: string;
  setAt: Date;
  setBy: Actor;
  /** What a test on a shifted clock showed; null until it was test-fired. */
  tested: { at: Date; shiftedTo: Date; wouldTell: string; channel: string } | null;
}

/** Facts that a step found and kept, such as captured audit events or the five answers. */
export interface Evidence {
  id: string;
  incident: IncidentId | null;
  run: RunId;
  step: StepId;
  kind: string;
  /** SHA-256 of the content as canonical JSON. */
  hash: string;
  content: JsonObject;
  capturedAt: Date;
}
