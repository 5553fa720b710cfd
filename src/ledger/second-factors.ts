import type { Selectable } from 'kysely';
import { Actor, PersonId } from '../domain/ids.ts';
import type { SealedSecret } from '../domain/incident.ts';
import { type Invite, NO_TRIES, type SecondFactor, seedOf, type Tries } from '../domain/second-factor.ts';
import { fromJson, instant, Texts } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { SecondFactorInvitesTable, SecondFactorsTable, SecondFactorTriesTable } from './schema/second-factor.ts';

/** What can be asked of the ledger about the codes of people. */
export interface SecondFactorReader {
  /** The app whose codes count; null for who has none. */
  secondFactorOf: (person: PersonId) => Promise<SecondFactor | null>;
  /** The one that was begun and not yet shown to work. */
  begunSecondFactorOf: (person: PersonId) => Promise<SecondFactor | null>;
  /** Everybody's whose codes count, by person. */
  secondFactors: () => Promise<SecondFactor[]>;
  codeTriesOf: (person: PersonId) => Promise<Tries>;
  /** Keyed digests of the recovery codes that are still good. */
  recoveryCodesOf: (factor: string) => Promise<string[]>;
  /** Whether any were ever shown for this app, used ones included. */
  hasRecoveryCodes: (factor: string) => Promise<boolean>;
  inviteByTokenHash: (hash: string) => Promise<Invite | null>;
  /** Seeds that are sealed, in the order of their ids, after `after`. */
  sealedSeeds: (after: string, limit: number) => Promise<SealedSecret[]>;
}

export function secondFactorQueries(db: LedgerDb): SecondFactorReader {
  const living = () => db.selectFrom('second_factors').selectAll().where('ended_at', 'is', null);
  const of = async (query: ReturnType<typeof living>, person: PersonId) => {
    const row = await query.where('person', '=', person).executeTakeFirst();
    return row === undefined ? null : factorFromRow(row);
  };
  return {
    secondFactorOf: (person) => of(living().where('confirmed_at', 'is not', null), person),
    begunSecondFactorOf: (person) => of(living().where('confirmed_at', 'is', null), person),
    secondFactors: async () =>
      (await living().where('confirmed_at', 'is not', null).orderBy('person').execute()).map(factorFromRow),
    codeTriesOf: (person) => triesOf(db, person),
    recoveryCodesOf: async (factor) => {
      const codes = db.selectFrom('recovery_codes').select('digest').where('factor_id', '=', factor);
      return (await codes.where('used_at', 'is', null).execute()).map(({ digest }) => digest);
    },
    hasRecoveryCodes: async (factor) => {
      const codes = db.selectFrom('recovery_codes').select('digest').where('factor_id', '=', factor);
      return (await codes.limit(1).executeTakeFirst()) !== undefined;
    },
    inviteByTokenHash: async (hash) => {
      const invites = db.selectFrom('second_factor_invites').selectAll().where('token_hash', '=', hash);
      const row = await invites.executeTakeFirst();
      return row === undefined ? null : inviteFromRow(row);
    },
    sealedSeeds: async (after, limit) => {
      const sealed = db.selectFrom('second_factors').selectAll().where('envelope', 'is not', null);
      const rows = await sealed.where('id', '>', after).orderBy('id').limit(limit).execute();
      return rows.map((row) => seedOf(factorFromRow(row)));
    },
  };
}

export async function triesOf(db: LedgerDb, person: PersonId): Promise<Tries> {
  const row = await db.selectFrom('second_factor_tries').selectAll().where('person', '=', person).executeTakeFirst();
  return row === undefined ? NO_TRIES : triesFromRow(row);
}

function triesFromRow(row: Selectable<SecondFactorTriesTable>): Tries {
  return {
    failedAt: fromJson(Texts, row.failed_at).map((at) => instant(at)),
    lockedUntil: instant(row.locked_until),
    locks: row.locks,
  };
}

function factorFromRow(row: Selectable<SecondFactorsTable>): SecondFactor {
  return {
    id: row.id,
    person: PersonId.parse(row.person),
    envelope: row.envelope,
    enrolledAt: instant(row.enrolled_at),
    confirmedAt: instant(row.confirmed_at),
    endedAt: instant(row.ended_at),
    lastStep: row.last_step,
  };
}

function inviteFromRow(row: Selectable<SecondFactorInvitesTable>): Invite {
  return {
    id: row.id,
    person: PersonId.parse(row.person),
    tokenHash: row.token_hash,
    invitedBy: Actor.parse(row.invited_by),
    createdAt: instant(row.created_at),
    expiresAt: instant(row.expires_at),
    factor: row.factor_id,
  };
}
