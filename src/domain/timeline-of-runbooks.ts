import type { RunbookEvent } from './runbook-event.ts';
import type { Told } from './told.ts';

export type ToldOfRunbook = Extract<Told, { type: RunbookEvent['type'] }>;

const ABOUT_RUNBOOKS = /^runbook_/;

export function isAboutRunbook(event: Told): event is ToldOfRunbook {
  return ABOUT_RUNBOOKS.test(event.type);
}

export function sentenceForRunbook(event: ToldOfRunbook): string {
  switch (event.type) {
    case 'runbook_read':
      return `A text of ${event.version.runbook} was read that was not known before (${short(event.version.hash)}).`;
    case 'runbook_went_live':
      return event.replaces === null
        ? `${event.runbook} is live (${short(event.hash)}).`
        : `${event.runbook} is live in another text (${short(event.replaces)} → ${short(event.hash)}).`;
    case 'runbook_gone':
      return `${event.runbook} is no longer there (its text was ${short(event.hash)}).`;
    case 'runbook_grants_approved':
      return `The wider grants of ${event.runbook} (${short(event.hash)}: ${event.widened.join(', ')}) were approved: ${event.reason}`;
    case 'runbook_proved':
      return `${event.proof.runbook} ${event.proof.passed ? 'passed' : 'did not pass'} a ${event.proof.how}: ${event.proof.summary}`;
    default:
      return event satisfies never;
  }
}

function short(hash: string): string {
  return hash.slice(0, 8);
}
