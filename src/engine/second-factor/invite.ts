import { claimTokenHash } from '../../domain/claim.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import type { PersonId } from '../../domain/ids.ts';
import { INVITE_LASTS_MS, type Invite, RECOVERY_CODES, type SecondFactor } from '../../domain/second-factor.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { newInviteToken } from '../../providers/claim-token.ts';
import type { Secret } from '../../secret.ts';
import type { Origin } from '../engine.ts';
import { authorize } from '../keys/authority.ts';
import { auditRefusal } from '../refusals.ts';
import { confirmation, newRecoveryCodes } from './confirm.ts';
import type { SecondFactorDeps } from './deps.ts';
import { assertKnown, assertNone, makeSeed } from './enrol.ts';
import { NOTHING } from './remove.ts';
import type { Confirmed, Enrolled } from './second-factors.ts';
import { openStepUp } from './step-up.ts';
import { tell } from './tell.ts';

/** For people without an account on the machine. Whoever opens the link first sets the app up; the person is told of both. */
export async function invite(
  deps: SecondFactorDeps,
  request: Origin & { person: PersonId },
): Promise<{ invite: Invite; token: Secret }> {
  const { person, actor, channel } = request;
  return auditRefusal(deps, { origin: request, what: `second factor of ${person}` }, async () => {
    const { policy } = await deps.policy();
    const [token, at] = [newInviteToken(), deps.now()];
    const made: Invite = {
      id: deps.newId('inv'),
      person,
      tokenHash: claimTokenHash(token.reveal()),
      invitedBy: actor,
      createdAt: at,
      expiresAt: new Date(at.getTime() + INVITE_LASTS_MS),
      factor: null,
    };
    await deps.ledger.record({ at, actor, channel }, async ({ read }) => {
      await authorize(read, { policy, verb: 'administer', subject: NOTHING, now: at, origin: request });
      assertKnown(Object.keys(policy.people), person);
      await assertNone(read, person);
      const sentence = `${actor} made a link with which ${person} sets up an authenticator app, good once until ${made.expiresAt.toISOString()}. If ${person} did not get it, somebody else will use it: ask ${actor}.`;
      const events: LedgerEvent[] = [
        { type: 'second_factor_invited', invite: made },
        tell(deps, 'second_factor_changed', { person, sentence, at }),
      ];
      return { events, result: undefined };
    });
    return { invite: made, token };
  });
}

export async function peekInvite({ ledger, now }: SecondFactorDeps, token: Secret): Promise<Invite> {
  return inviteOrRefuse(ledger.read, token, now());
}

export async function enrolInvited(deps: SecondFactorDeps, token: Secret, request: Origin): Promise<Enrolled> {
  const { actor, channel } = request;
  return auditRefusal(deps, { origin: request, what: 'link for a second factor' }, async () => {
    const at = deps.now();
    return deps.ledger.record({ at, actor, channel }, async ({ read }) => {
      const found = await inviteOrRefuse(read, token, at);
      if (found.factor !== null) throw used();
      await assertNone(read, found.person);
      const { enrolled, factor } = makeSeed(deps, found.person, at);
      return { events: [{ type: 'totp_enrolled', factor, invite: found.id }], result: enrolled };
    });
  });
}

/** The first code of the app; or, where that was given in Slack, another one for which the recovery codes are shown. */
export async function confirmInvited(
  deps: SecondFactorDeps,
  token: Secret,
  request: Origin & { code: Secret },
): Promise<Confirmed> {
  const { actor, channel, code } = request;
  return auditRefusal(deps, { origin: request, what: 'link for a second factor' }, async () => {
    const at = deps.now();
    const owed = await owedRecovery(deps, token, at);
    if (owed !== null) return showRecovery(deps, owed, request);
    return deps.ledger.record({ at, actor, channel }, async ({ read }) => {
      const { person, factor } = await inviteOrRefuse(read, token, at);
      const waiting = await read.begunSecondFactorOf(person);
      // What this link made, and nothing that was begun after it elsewhere.
      const begun = waiting !== null && waiting.id === factor ? waiting : null;
      const how = { how: 'with a link', recovery: RECOVERY_CODES };
      const { events, confirmed } = confirmation(deps, { begun, code, at, ...how });
      return { events, result: confirmed };
    });
  });
}

/** The app of this link, when it was confirmed where no recovery codes could be shown. */
async function owedRecovery(
  { ledger: { read } }: SecondFactorDeps,
  token: Secret,
  at: Date,
): Promise<SecondFactor | null> {
  const { person, factor } = await inviteOrRefuse(read, token, at);
  const counting = await read.secondFactorOf(person);
  if (counting === null || counting.id !== factor || (await read.hasRecoveryCodes(counting.id))) return null;
  return counting;
}

/** The link alone is not enough: somebody may have it who came too late for the seed. So it takes a code, like everything that matters. */
async function showRecovery(
  deps: SecondFactorDeps,
  { id: factor, person }: SecondFactor,
  { actor, channel, code }: Origin & { code: Secret },
): Promise<Confirmed> {
  const at = deps.now();
  const { events } = await openStepUp(deps).prove(person, code, { at, actor, channel, what: 'recovery codes' });
  const { recoveryCodes, recovery } = newRecoveryCodes(deps, person, RECOVERY_CODES);
  return deps.ledger.record({ at, actor, channel }, async ({ read }) => {
    if (await read.hasRecoveryCodes(factor)) throw used();
    const made: LedgerEvent = { type: 'recovery_codes_made', person, factor, recovery };
    return { events: [...events, made], result: { person, recoveryCodes } };
  });
}

async function inviteOrRefuse(
  read: Pick<LedgerReader, 'inviteByTokenHash'>,
  token: Secret,
  now: Date,
): Promise<Invite> {
  const found = await read.inviteByTokenHash(claimTokenHash(token.reveal()));
  if (found === null)
    throw new Refusal('unknown_invite', 'Rekey does not know this link. Copy the whole link, or ask for another one.');
  if (now >= found.expiresAt)
    throw new Refusal('invite_over', 'This link was good for an hour, and that is over. Ask for another one.');
  return found;
}

function used(): Refusal {
  return new Refusal(
    'invite_used',
    'This link was used already: what it shows is shown once. If that was not you, tell the security team, and ask for another one.',
  );
}
