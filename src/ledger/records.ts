import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { Actor, IncidentId, KeyId, RunId, SecretId, StepId } from '../domain/ids.ts';
import type { Evidence, Notice, Reminder, SealedSecret } from '../domain/incident.ts';
import { fromJson, instant, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';
import { JsonRecord } from './runs.ts';
import type { EvidenceTable, NoticesTable } from './schema/incidents.ts';
import type { RemindersTable, SecretsTable } from './schema/keys.ts';
import { usageAround } from './usage-around.ts';

const Purpose = z.enum(['new_key', 'evidence', 'signing_key', 'proof']);
const Facts = z.object({ whichKey: z.string(), replacementAvailable: z.string(), dataIntegrity: z.string() });
const Tested = z.object({
  at: z.iso.datetime(),
  shiftedTo: z.iso.datetime(),
  wouldTell: z.string(),
  channel: z.string(),
});

/** What a run leaves behind: sealed secrets, notices, evidence, reminders and counted usage. */
type RecordQueries = Pick<
  LedgerReader,
  | 'secret'
  | 'secretsOfKey'
  | 'sealedSecrets'
  | 'reminder'
  | 'noticesOfIncident'
  | 'noticesOfKey'
  | 'evidenceOfIncident'
  | 'usageOf'
  | 'callersOf'
  | 'usageAround'
>;

export function recordQueries(db: LedgerDb): RecordQueries {
  return {
    secret: async (id) => {
      const row = await db.selectFrom('secrets').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : secretFromRow(row);
    },
    secretsOfKey: async (key) =>
      (
        await db.selectFrom('secrets').selectAll().where('key_id', '=', key).orderBy('created_at', 'desc').execute()
      ).map(secretFromRow),
    sealedSecrets: async (after, limit) =>
      (
        await db
          .selectFrom('secrets')
          .selectAll()
          .where('envelope', 'is not', null)
          .where('id', '>', after)
          .orderBy('id')
          .limit(limit)
          .execute()
      ).map(secretFromRow),
    noticesOfKey: async (key) =>
      (
        await db.selectFrom('notices').selectAll().where('key_id', '=', key).orderBy('created_at', 'desc').execute()
      ).map(noticeFromRow),
    reminder: async (key) => {
      const row = await db.selectFrom('reminders').selectAll().where('key_id', '=', key).executeTakeFirst();
      return row === undefined ? null : reminderFromRow(row);
    },
    noticesOfIncident: async (incident) =>
      (
        await db.selectFrom('notices').selectAll().where('incident_id', '=', incident).orderBy('created_at').execute()
      ).map(noticeFromRow),
    evidenceOfIncident: async (incident) =>
      (
        await db.selectFrom('evidence').selectAll().where('incident_id', '=', incident).orderBy('captured_at').execute()
      ).map(evidenceFromRow),
    usageOf: async (key, since) => {
      const rows = await db
        .selectFrom('usage')
        .selectAll()
        .where('key_id', '=', key)
        .where('minute', '>=', stored(since))
        .orderBy('minute')
        .execute();
      return rows.map((row) => ({
        key,
        caller: row.caller,
        minute: instant(row.minute),
        accepted: row.accepted,
        rejected: row.rejected,
      }));
    },
    usageAround: (key, around) => usageAround(db, key, around),
    callersOf: async (key, since) => {
      const rows = await db
        .selectFrom('usage')
        .where('key_id', '=', key)
        .where('minute', '>=', stored(since))
        .groupBy('caller')
        .select(['caller', sql<number>`sum(accepted + rejected)`.as('calls'), sql<string>`max(minute)`.as('last_at')])
        .orderBy('calls', 'desc')
        .orderBy('caller')
        .execute();
      return rows.map(({ caller, calls, last_at }) => ({ caller, calls, lastAt: instant(last_at) }));
    },
  };
}

export function testedText(tested: NonNullable<Reminder['tested']>): string {
  return JSON.stringify({ ...tested, at: stored(tested.at), shiftedTo: stored(tested.shiftedTo) });
}

function secretFromRow(row: Selectable<SecretsTable>): SealedSecret {
  return {
    id: SecretId.parse(row.id),
    key: KeyId.parse(row.key_id),
    purpose: Purpose.parse(row.purpose),
    envelope: row.envelope,
    createdAt: instant(row.created_at),
    destroyedAt: instant(row.destroyed_at),
  };
}

function reminderFromRow(row: Selectable<RemindersTable>): Reminder {
  const tested = row.tested === null ? null : fromJson(Tested, row.tested);
  return {
    key: KeyId.parse(row.key_id),
    withinDays: fromJson(z.array(z.number()), row.within_days),
    channel: row.channel,
    owner: row.owner,
    setAt: instant(row.set_at),
    setBy: Actor.parse(row.set_by),
    tested: tested === null ? null : { ...tested, at: instant(tested.at), shiftedTo: instant(tested.shiftedTo) },
  };
}

function noticeFromRow(row: Selectable<NoticesTable>): Notice {
  return {
    id: row.id,
    incident: row.incident_id === null ? null : IncidentId.parse(row.incident_id),
    run: row.run_id === null ? null : RunId.parse(row.run_id),
    recipient: row.recipient,
    key: KeyId.parse(row.key_id),
    template: row.template,
    facts: fromJson(Facts, row.facts),
    createdAt: instant(row.created_at),
    ...(row.about !== null && { about: fromJson(z.array(z.string()), row.about) }),
  };
}

function evidenceFromRow(row: Selectable<EvidenceTable>): Evidence {
  return {
    id: row.id,
    incident: row.incident_id === null ? null : IncidentId.parse(row.incident_id),
    run: RunId.parse(row.run_id),
    step: StepId.parse(row.step_id),
    kind: row.kind,
    hash: row.hash,
    content: fromJson(JsonRecord, row.content),
    capturedAt: instant(row.captured_at),
  };
}
