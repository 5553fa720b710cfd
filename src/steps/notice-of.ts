import type { Notice } from '../domain/incident.ts';
import type { StepContext } from './contract.ts';

/** What this run tells somebody now. */
export function noticeOf(
  { newId, now, run }: StepContext,
  said: Pick<Notice, 'recipient' | 'about' | 'key' | 'template' | 'facts'>,
): Notice {
  return { id: newId('ntc'), incident: run.incident, run: run.id, ...said, createdAt: now() };
}
