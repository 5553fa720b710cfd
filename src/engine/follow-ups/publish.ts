import { peopleNamed } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import { assertNoSecretIn } from '../keys/record-on-key.ts';
import { incidentOrRefuse } from '../on-incident.ts';
import type { FollowUps, FollowUpsDeps } from './follow-ups.ts';
import { recordAfter, subjectOfIncident } from './record.ts';

const LONGEST = 3_000;

/** Also before anybody was reminded of it: then there is nothing left to be reminded of. */
export async function publish(deps: FollowUpsDeps, request: Parameters<FollowUps['publish']>[0]): Promise<void> {
  const { incident: id, person: by } = request;
  const words = request.words.trim();
  await recordAfter(deps, request, {
    doing: `publish the retrospective of ${id}`,
    incident: (await incidentOrRefuse(deps.ledger.read, id)).id,
    repeated: async () => undefined,
    decide: async ({ read, policy, now }) => {
      const incident = await incidentOrRefuse(read, id);
      const retrospective = await read.retrospective(id);
      const subject = await subjectOfIncident(read, incident);
      const may = new Set<string>([
        ...peopleNamed(policy, policy.may.declare ?? [], subject),
        ...(retrospective?.people ?? []),
      ]);
      if (!may.has(by))
        throw new Refusal(
          'not_allowed',
          `You may not publish this. Who may: ${[...may].sort().join(', ') || 'nobody'}.`,
        );
      const before = retrospective?.published ?? null;
      if (before !== null) throw new Refusal('already_published', `${before.by} published it already: ${before.words}`);
      if (words === '' || words.length > LONGEST)
        throw new Refusal(
          'words_needed',
          `A link or 1 to ${LONGEST} characters of text, please; you gave ${words.length}.`,
        );
      assertNoSecretIn({ retrospective: words });
      const asked = { incident: id, dueAt: now, people: [by], published: null };
      return {
        events: [
          ...(retrospective === null ? [{ type: 'retrospective_due' as const, retrospective: asked }] : []),
          { type: 'retrospective_published', incident: id, words, by },
        ],
        result: undefined,
      };
    },
  });
}
