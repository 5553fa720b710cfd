import type { PersonId } from './ids.ts';
import type { RunbookProof, RunbookVersion } from './runbook-version.ts';

/** What happens to runbooks themselves, apart from what runs of them do. */
export type RunbookEvent =
  /** A text that was not known before. It is live only when a `runbook_went_live` says so. */
  | { type: 'runbook_read'; version: RunbookVersion; text: string }
  /** `replaces`: the hash of the text that was live before; null for a runbook that was not there. `tell`: the people who own it. */
  | { type: 'runbook_went_live'; runbook: string; hash: string; replaces: string | null; tell: PersonId[] }
  | { type: 'runbook_gone'; runbook: string; hash: string }
  | { type: 'runbook_grants_approved'; runbook: string; hash: string; widened: string[]; reason: string }
  | { type: 'runbook_proved'; proof: RunbookProof };
