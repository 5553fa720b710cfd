import type { PersonId } from '../domain/ids.ts';
import { isLocked, type Tries, withWrongTry } from '../domain/second-factor.ts';
import type { SecondFactorEvent } from '../domain/second-factor-event.ts';
import { Refusal } from '../errors.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { jsonText, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import { triesOf } from './second-factors.ts';

/** Throws Refusal `code_used` and `code_locked` for a code that somebody else's transaction has overtaken: only here is that certain. */
export async function applySecondFactorEvent(
  tx: LedgerDb,
  event: SecondFactorEvent,
  { at }: AuditContext,
): Promise<void> {
  const factors = (id: string) => tx.updateTable('second_factors').where('id', '=', id).where('ended_at', 'is', null);
  switch (event.type) {
    case 'second_factor_invited':
      return invited(tx, event);
    case 'second_factor_wanted':
      return;
    case 'recovery_codes_made':
      return keepRecovery(tx, event);
    case 'totp_enrolled':
      return enrolled(tx, event, at);
    case 'totp_confirmed':
      return confirmed(tx, event, at);
    case 'totp_used':
      await assertNotLocked(tx, event.person, at);
      await changeOrRefuse(
        factors(event.factor).set({ last_step: event.step }).where('last_step', '<', event.step),
        'code_used',
      );
      return keepTries(tx, event.person, { failedAt: [], lockedUntil: null, locks: 0 });
    case 'recovery_code_used':
      await assertNotLocked(tx, event.person, at);
      await changeOrRefuse(
        tx
          .updateTable('recovery_codes')
          .set({ used_at: stored(at) })
          .where('factor_id', '=', event.factor)
          .where('digest', '=', event.digest)
          .where('used_at', 'is', null),
        'code_used',
      );
      return keepTries(tx, event.person, { failedAt: [], lockedUntil: null, locks: 0 });
    case 'totp_failed': {
      const tries = await triesOf(tx, event.person);
      return keepTries(tx, event.person, { ...tries, failedAt: withWrongTry(tries, at), lockedUntil: null });
    }
    case 'totp_locked': {
      const { locks } = await triesOf(tx, event.person);
      return keepTries(tx, event.person, { failedAt: [], lockedUntil: event.until, locks: locks + 1 });
    }
    case 'totp_removed':
      return changeOne(
        factors(event.factor).set({ ended_at: stored(at), envelope: null }),
        `authenticator app of ${event.person}`,
      );
    case 'totp_rewrapped':
      return changeOne(factors(event.factor).set({ envelope: event.envelope }), `seed ${event.factor}`);
    default:
      return event satisfies never;
  }
}

type Of<Type extends SecondFactorEvent['type']> = Extract<SecondFactorEvent, { type: Type }>;

async function invited(tx: LedgerDb, { invite }: Of<'second_factor_invited'>): Promise<void> {
  const { id, person, tokenHash, invitedBy, createdAt, expiresAt } = invite;
  const times = { created_at: stored(createdAt), expires_at: stored(expiresAt) };
  await tx
    .insertInto('second_factor_invites')
    .values({ id, person, token_hash: tokenHash, invited_by: invitedBy, ...times, factor_id: null })
    .execute();
}

async function enrolled(tx: LedgerDb, { factor, invite }: Of<'totp_enrolled'>, at: Date): Promise<void> {
  const { id, person, envelope, enrolledAt } = factor;
  const others = tx.updateTable('second_factors').set({ ended_at: stored(at), envelope: null });
  await others.where('person', '=', person).where('confirmed_at', 'is', null).where('ended_at', 'is', null).execute();
  const begun = { enrolled_at: stored(enrolledAt), confirmed_at: null, ended_at: null, last_step: 0 };
  await tx
    .insertInto('second_factors')
    .values({ id, person, envelope, ...begun })
    .execute();
  if (invite === null) return;
  const open = tx.updateTable('second_factor_invites').set({ factor_id: id }).where('id', '=', invite);
  await changeOrRefuse(open.where('factor_id', 'is', null), 'invite_used');
}

async function confirmed(tx: LedgerDb, event: Of<'totp_confirmed'>, at: Date): Promise<void> {
  const { person, factor, step, recovery } = event;
  const living = tx.updateTable('second_factors').where('person', '=', person).where('ended_at', 'is', null);
  await living
    .set({ ended_at: stored(at), envelope: null })
    .where('confirmed_at', 'is not', null)
    .execute();
  await changeOne(
    living
      .set({ confirmed_at: stored(at), last_step: step })
      .where('id', '=', factor)
      .where('confirmed_at', 'is', null),
    `begun authenticator app ${factor}`,
  );
  await keepRecovery(tx, { factor, recovery });
}

async function keepRecovery(
  tx: LedgerDb,
  { factor, recovery }: { factor: string; recovery: readonly string[] },
): Promise<void> {
  for (const digest of recovery)
    await tx.insertInto('recovery_codes').values({ factor_id: factor, digest, used_at: null }).execute();
}

async function keepTries(tx: LedgerDb, person: PersonId, { failedAt, lockedUntil, locks }: Tries): Promise<void> {
  const row = { failed_at: jsonText(failedAt.map(stored)), locked_until: stored(lockedUntil), locks };
  await tx
    .insertInto('second_factor_tries')
    .values({ person, ...row })
    .onConflict((conflict) => conflict.column('person').doUpdateSet(row))
    .execute();
}

async function assertNotLocked(tx: LedgerDb, person: PersonId, at: Date): Promise<void> {
  if (isLocked(await triesOf(tx, person), at)) throw new Refusal('code_locked', SAID.code_locked);
}

const SAID = {
  code_locked: 'Too many wrong codes were given under your name meanwhile, so none is taken now; nothing was counted.',
  code_used: 'This code was used already, so nothing was counted. Wait for the next one: each is good once.',
  invite_used: 'This link was used already. What it made is shown once; ask for another one if that was not you.',
} as const;

async function changeOrRefuse(
  change: { executeTakeFirst: () => Promise<{ numUpdatedRows: bigint } | undefined> },
  code: keyof typeof SAID,
): Promise<void> {
  if ((await change.executeTakeFirst())?.numUpdatedRows !== 1n) throw new Refusal(code, SAID[code]);
}
