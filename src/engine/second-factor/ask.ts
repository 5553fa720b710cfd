import { type PersonId, personOf } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import { peopleNamed } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import { linesAbout } from '../../ledger/lines-about.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Origin } from '../engine.ts';
import { auditRefusal } from '../refusals.ts';
import type { SecondFactorDeps } from './deps.ts';
import { assertKnown, assertNone, personAsking } from './enrol.ts';
import { NOTHING } from './remove.ts';

const ASKED_EVERY_MS = 60 * 60_000;

/**
 * Somebody without an account on the machine asks for a link. It makes none: whoever took over a Slack account can ask like its owner, so a
 * person who may `administer` has to see who it is, and hands the link over outside of Slack.
 */
export async function askForLink(deps: SecondFactorDeps, request: Origin): Promise<{ asked: PersonId[] }> {
  const person = personAsking(request);
  return auditRefusal(deps, { origin: request, what: `second factor of ${person}` }, async () => {
    const { policy } = await deps.policy();
    assertKnown(Object.keys(policy.people), person);
    const { actor, channel } = request;
    const at = deps.now();
    const asked = [...peopleNamed(policy, policy.may.administer ?? [], NOTHING)].filter((one) => one !== person).sort();
    if (asked.length === 0)
      throw new Refusal(
        'nobody_to_ask',
        'Nobody but you could make a link. On the machine of Rekey, type: rekey second-factor enrol. Or name somebody under may.administer in policy.yaml.',
      );
    return deps.ledger.record({ at, actor, channel }, async ({ read }) => {
      await assertNone(read, person);
      await assertNotAskedJustNow(read, person, at);
      const sentence = `${person} asks for a link to set up an authenticator app. Speak with ${person} first, not in Slack: somebody who is in their account would ask in the same way. Then type: rekey second-factor invite ${person}, and hand the link over on a way that only ${person} reads.`;
      const alarm = { id: deps.newId('alm'), kind: 'second_factor_wanted', key: null, sentence, raisedAt: at } as const;
      return {
        events: [
          { type: 'second_factor_wanted', person, asked },
          { type: 'alarm_raised', alarm: { ...alarm, tell: asked } },
        ],
        result: { asked },
      };
    });
  });
}

/** Once an hour is enough to be heard, and too seldom to be a nuisance. */
async function assertNotAskedJustNow(read: Pick<LedgerReader, 'audit'>, person: PersonId, at: Date): Promise<void> {
  for await (const line of linesAbout(read, `second_factor:${person}`)) {
    if (at.getTime() - line.at.getTime() >= ASKED_EVERY_MS) return;
    if (line.action !== 'second_factor_wanted' || personOf(line.actor) !== person) continue;
    throw new Refusal(
      'asked_already',
      `You asked at ${instantText(line.at)}, and they were told. Ask again an hour later, or speak with them.`,
    );
  }
}
