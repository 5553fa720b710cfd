import type Database from 'better-sqlite3';
import { Refusal } from '../errors.ts';
import { firstIncident } from './migrations/0001-first-incident.ts';
import { keyLifecycle } from './migrations/0002-key-lifecycle.ts';
import { runbookLanguage } from './migrations/0003-runbook-language.ts';
import { slackExperience } from './migrations/0004-slack-experience.ts';

// Appended only. The number of applied ones is SQLite's user_version.
const MIGRATIONS: readonly string[] = [firstIncident, keyLifecycle, runbookLanguage, slackExperience];

// 'REKY': tells a ledger from any other SQLite file.
const APPLICATION_ID = 0x52454b59;

/** Refuses files of other programs and of a newer Rekey. Reads only: a file that is not ours stays as it is. */
export function assertOurs(sqlite: Database.Database): void {
  const application = Number(sqlite.pragma('application_id', { simple: true }));
  if (application !== APPLICATION_ID && (appliedTo(sqlite) !== 0 || !isEmpty(sqlite))) {
    throw new Refusal(
      'not_a_ledger',
      'This SQLite file was made by another program. Point LEDGER_FILE at a Rekey ledger or at a new file.',
    );
  }
  if (appliedTo(sqlite) > MIGRATIONS.length) {
    throw new Refusal(
      'ledger_too_new',
      `This ledger has schema ${appliedTo(sqlite)}, and this Rekey knows up to ${MIGRATIONS.length}. Start the newer Rekey, or restore a backup.`,
    );
  }
}

/** Applies what is missing, each migration in a transaction of its own. */
export function migrate(sqlite: Database.Database): void {
  for (const [index, sql] of MIGRATIONS.entries()) {
    sqlite
      .transaction(() => {
        // Asked under the write lock: of two processes that start on a new file, one makes the tables.
        if (appliedTo(sqlite) > index) return;
        sqlite.exec(sql);
        sqlite.pragma(`user_version = ${index + 1}`);
        sqlite.pragma(`application_id = ${APPLICATION_ID}`);
      })
      .immediate();
  }
}

function appliedTo(sqlite: Database.Database): number {
  return Number(sqlite.pragma('user_version', { simple: true }));
}

function isEmpty(sqlite: Database.Database): boolean {
  return Number(sqlite.prepare('select count(*) from sqlite_master').pluck().get()) === 0;
}
