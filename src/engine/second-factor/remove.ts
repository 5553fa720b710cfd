import type { LedgerEvent } from '../../domain/event.ts';
import { type PersonId, personOf } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import type { Origin } from '../engine.ts';
import { authorize } from '../keys/authority.ts';
import { assertNoSecretIn, assertReason } from '../keys/record-on-key.ts';
import { auditRefusal } from '../refusals.ts';
import type { SecondFactorDeps } from './deps.ts';
import { openStepUp } from './step-up.ts';
import { tell } from './tell.ts';

type Removal = Origin & { person: PersonId; code?: Secret; reason: string };

/** One's own with a code, so that a taken-over account cannot take the app away; another person's by who may `administer`, and all are told. */
export async function remove(deps: SecondFactorDeps, request: Removal): Promise<void> {
  const { actor, channel, person, reason } = request;
  await auditRefusal(deps, { origin: request, what: `second factor of ${person}` }, async () => {
    assertReason(reason);
    assertNoSecretIn({ reason });
    const at = deps.now();
    const isOwn = personOf(actor) === person;
    const { policy } = await deps.policy();
    const proven = isOwn ? await provenOwn(deps, request, at) : [];
    await deps.ledger.record({ at, actor, channel }, async ({ read }) => {
      if (!isOwn) await authorize(read, { policy, verb: 'administer', subject: NOTHING, now: at, origin: request });
      const factor = await read.secondFactorOf(person);
      if (factor === null) throw notEnrolled(person);
      const sentence = `The authenticator app of ${person} was removed by ${actor}: ${reason}. ${person} decides nothing of tier 3 until there is another one.`;
      // One that was begun would otherwise count a minute later.
      const begun = await read.begunSecondFactorOf(person);
      const over = [factor, ...(begun === null ? [] : [begun])];
      const events: LedgerEvent[] = [
        ...proven,
        ...over.map(({ id }): LedgerEvent => ({ type: 'totp_removed', person, factor: id, reason })),
        tell(deps, 'second_factor_changed', { person, sentence, at }),
      ];
      return { events, result: undefined };
    });
  });
}

export const NOTHING = { owner: null, escalation: null, service: null } as const;

async function provenOwn(
  deps: SecondFactorDeps,
  { person, actor, channel, code }: Removal,
  at: Date,
): Promise<LedgerEvent[]> {
  const stepUp = openStepUp(deps);
  if (!(await stepUp.isEnrolled(person))) throw notEnrolled(person);
  if (code === undefined)
    throw new Refusal(
      'code_needed',
      'Your own app is removed with a code of it or a recovery code. If both are lost, another administrator removes it.',
    );
  return (await stepUp.prove(person, code, { at, actor, channel, what: 'removing it' })).events;
}

function notEnrolled(person: PersonId): Refusal {
  return new Refusal('not_enrolled', `${person} has no authenticator app, so there is nothing to remove.`);
}
