import { Refusal } from '../../errors.ts';
import type { EngineDeps } from '../deps.ts';
import type { Origin } from '../engine.ts';
import { personAsking } from '../second-factor/enrol.ts';

/** The first-week checklist in a person's Home tab. */
export interface Checklist {
  /** Puts it away for this person. Whether it is done is never said by hand. Refusal `put_away_already`. */
  dismiss: (request: Origin) => Promise<void>;
}

export function openChecklist({ ledger, now }: Pick<EngineDeps, 'ledger' | 'now'>): Checklist {
  return {
    dismiss: async (request) => {
      const person = personAsking(request);
      const { actor, channel } = request;
      await ledger.record({ at: now(), actor, channel }, async ({ read }) => {
        if (await read.checklistDismissedBy(person))
          throw new Refusal('put_away_already', 'You have put the first-week checklist away already.');
        return { events: [{ type: 'checklist_dismissed', person }], result: undefined };
      });
    },
  };
}
