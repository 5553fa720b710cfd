import { shownSentence } from './digest/shown.ts';
import type { IncidentFacts } from './incident-facts.ts';
import type { SummaryFollowUp } from './summary.ts';
import { cite, type Source, type Statement, type Trail } from './summary-source.ts';

/** What is to be done, by whom and until when, and what has become of it. */
export function followUpsIn({ followUps }: IncidentFacts, trail: Trail): SummaryFollowUp[] {
  return followUps.map(({ id, what, owner, dueAt, ended }) => ({
    ...{ id, what, owner, dueAt, ended },
    sources: cite(
      trail,
      ...trail.of('follow_up_added', ({ followUp }) => followUp.id === id),
      ...trail.of('follow_up_handed_over', ({ followUp }) => followUp === id),
      ...trail.of('follow_up_moved', ({ followUp }) => followUp === id),
      ...trail.of('follow_up_done', ({ followUp }) => followUp === id),
      ...trail.of('follow_up_dropped', ({ followUp }) => followUp === id),
      { kind: 'row', row: `follow_up:${id}` },
    ),
  }));
}

export function retrospectiveIn({ retrospective }: IncidentFacts, trail: Trail): Statement {
  const published = retrospective?.published ?? null;
  if (published !== null) {
    const words = `${published.by} published the retrospective: ${published.words}`;
    return { words, sources: cite(trail, ...trail.of('retrospective_published')) };
  }
  const due = retrospective === null ? '' : ` It is due since ${retrospective.dueAt.toISOString().slice(0, 10)}.`;
  return {
    words: `No retrospective is published.${due}`,
    sources: cite(trail, ...trail.of('retrospective_due'), trail.none),
  };
}

/** Whether anybody could have seen it coming: how often the digest showed the key, to whom, and what they said to it. */
export function impressionsIn({ impressions, expiryClaims, failed, incident }: IncidentFacts, trail: Trail): Statement {
  const end = failed?.expiresAt ?? incident.startedAt;
  const shown = shownSentence(impressions, expiryClaims, end);
  const digests: Source[] = [...new Set(impressions.map(({ digest }) => digest))].map((digest) => ({
    kind: 'row',
    row: `digest:${digest}`,
  }));
  if (shown !== null) return { words: `In digests it was ${shown}.`, sources: cite(trail, ...digests) };
  return {
    words: 'No digest showed the key before it failed.',
    sources: cite(trail, { kind: 'row', row: `digest_impressions:${failed?.id ?? 'none'}` }),
  };
}
