import type { Approval, Vote } from './approval.ts';
import { askDecision, type Decision } from './decision.ts';
import type { AuditEntry } from './event.ts';
import type { IncidentFacts } from './incident-facts.ts';
import { cite, type Sources, type Statement, type Trail } from './summary-source.ts';
import { sentenceFor, toldBy } from './timeline.ts';
import type { Told } from './told.ts';

/** Who decided what, how it was made sure that it was them, and the lines that say so. */
export function decisionsOf({ approvals, asks }: IncidentFacts, trail: Trail): (Decision & { sources: Sources })[] {
  const voted = approvals.map((approval) => ({
    ...approvalDecision(approval),
    sources: cite(
      trail,
      ...trail.of('vote_cast', (event) => event.approval === approval.id),
      ...trail.of('approval_decided', (event) => event.approval === approval.id),
      ...trail.of('approval_requested', (event) => event.approval.id === approval.id),
    ),
  }));
  const answered = asks.map((ask) => ({
    ...askDecision(ask),
    sources: cite(
      trail,
      ...trail.of('ask_answered', (event) => event.ask === ask.id),
      ...trail.of('ask_marked', (event) => event.ask === ask.id),
      ...trail.of('ask_pushed_back', (event) => event.ask === ask.id),
      ...trail.of('ask_opened', (event) => event.ask.id === ask.id),
    ),
  }));
  return [...voted, ...answered];
}

function approvalDecision(approval: Approval): Decision {
  return {
    question: approval.question,
    outcome: approval.outcome ?? 'open',
    by: approval.votes.map((vote) => vote.person),
    verified: verifiedText(approval.votes),
    at: approval.decidedAt,
    why: approval.votes
      .map((vote) => vote.reason.trim())
      .filter((reason) => reason !== '')
      .join('; '),
  };
}

const PROVEN: Record<Vote['proof'], string> = {
  click: 'by a click',
  typed: 'by typing the name of the key',
  totp: 'with a code of their second factor',
};

/** `with a code of their second factor`; by name where people did it in different ways. */
function verifiedText(votes: readonly Vote[]): string {
  const ways = new Set(votes.map(({ proof }) => proof));
  const [only] = ways;
  if (only === undefined) return '';
  return ways.size === 1 ? PROVEN[only] : votes.map(({ person, proof }) => `${person} ${PROVEN[proof]}`).join(', ');
}

/** Who led, who did it and who wrote it down, with every change of that. */
export function rolesOf(facts: IncidentFacts): Statement[] {
  return told(facts, (event) => (event.type === 'incident_role_given' ? sentenceFor(event, new Map()) : null));
}

export function statusesOf(facts: IncidentFacts): Statement[] {
  return told(facts, (event, { actor }) => {
    if (event.type !== 'incident_status_posted') return null;
    const { conditions, actions, needs } = event.status;
    const said = [
      ['Conditions', conditions],
      ['Actions', actions],
      ['Needs', needs],
    ].flatMap(([title, words]) => (words == null ? [] : [`${title}: ${words}`]));
    return `${actor} at ${event.status.at}: ${said.join(' ') || 'nothing new'}`;
  });
}

export function waiversOf(facts: IncidentFacts): Statement[] {
  return told(facts, (event) => {
    switch (event.type) {
      case 'incident_point_waived':
      case 'usage_gate_waived':
      case 'peer_waived':
        return sentenceFor(event, namesOf(facts));
      default:
        return null;
    }
  });
}

function namesOf({ failed, current }: IncidentFacts): Map<string, string> {
  return new Map([failed, current].flatMap((key) => (key === null ? [] : [[key.id, `${key.slug} v${key.version}`]])));
}

function told({ entries }: IncidentFacts, words: (event: Told, entry: AuditEntry) => string | null): Statement[] {
  return [...entries]
    .sort((a, b) => a.seq - b.seq)
    .flatMap((entry) => {
      const said = words(toldBy(entry), entry);
      return said === null ? [] : [{ words: said, sources: [{ kind: 'line', seq: entry.seq }] as const }];
    });
}
