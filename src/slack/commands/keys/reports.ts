import type { MaxAgeOf } from '../../../domain/compliance.ts';
import { spanText } from '../../../domain/duration.ts';
import { type Key, KeyClass, nameOf } from '../../../domain/key.ts';
import { isInReach, type Reach, reachOf } from '../../../domain/reach.ts';
import { auditNow } from '../../../engine/key-reports/audit.ts';
import { complianceNow } from '../../../engine/key-reports/compliance.ts';
import { deadCallers } from '../../../engine/key-reports/dead-callers.ts';
import { statsNow } from '../../../engine/key-reports/stats.ts';
import { Refusal } from '../../../errors.ts';
import type { Desk, Moment } from '../../moment.ts';
import { auditReport, complianceReport, deadCallersReport, statsReport } from '../../views/key-reports.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import type { Token } from '../tokens.ts';
import { assertNoMore, spanOf, splitNamed } from '../words.ts';

const AUDIT = '/keys audit service=payments-api within=14d';
const WEEK = '7d';
const ALSO = new Map([['environment', 'env']] as const);

export const auditVerb: Verb = {
  verb: 'audit',
  example: 'audit service=payments-api',
  help: 'is every key healthy? What is revoked, expired, expiring, or without an expiry',
  offered: mayWithSomeKey('read'),
  run: async (words, moment, desk) => {
    const { words: more, named } = splitNamed(words, {
      names: ['service', 'env', 'within'],
      also: ALSO,
      example: AUDIT,
    });
    assertNoMore(more, AUDIT);
    const withinMs = spanOf(named.within ?? WEEK, AUDIT);
    const found = await auditNow(desk.ledger, {
      withinMs,
      service: named.service,
      environment: named.env,
      now: desk.now(),
    });
    const reach = await readReach(moment, desk);
    const seen = (keys: readonly Key[]) => keys.filter((key) => isInReach(reach, key)).map(aboutOf);
    const { revoked, expired, expiring, unknown, healthy, pending, doubts } = found;
    return moment.show(
      auditReport({
        within: spanText(withinMs),
        ...{ revoked: seen(revoked), expired: seen(expired), expiring: seen(expiring), unknown: seen(unknown) },
        // How many others there are is for those who may read all of them.
        counts: reach.kind === 'all' ? { healthy, pending } : null,
        doubts,
      }),
    );
  },
};

export const complianceVerb: Verb = {
  verb: 'compliance',
  example: 'compliance',
  help: 'how many keys are younger than their class allows, and which are not, oldest first',
  offered: mayWithSomeKey('read'),
  run: async (words, moment, desk) => {
    assertNoMore(words, '/keys compliance');
    const found = await complianceNow(desk.ledger, { maxAgeOf: await maxAges(desk), now: desk.now() });
    const reach = await readReach(moment, desk);
    const overdue = found.overdue
      .filter(({ key }) => isInReach(reach, key))
      .map(({ key, ageDays, maxAgeDays }) => ({ ...aboutOf(key), ageDays, maxAgeDays }));
    return moment.show(complianceReport({ overdue, of: reach.kind === 'all' ? found : null }));
  },
};

async function maxAges({ classRule }: Desk): Promise<MaxAgeOf> {
  const days = new Map<KeyClass, number | null>();
  // Keys that live for hours are exempt from the rule about age.
  for (const keyClass of KeyClass.options)
    days.set(keyClass, keyClass === 'ephemeral' ? null : (await classRule(keyClass)).maxAgeDays);
  return (keyClass) => days.get(keyClass) ?? null;
}

export const statsVerb: Verb = {
  verb: 'stats',
  example: 'stats',
  help: 'figures: keys, services, health, and how rotations ended',
  offered: async (moment, desk) => (await readReach(moment, desk)).kind === 'all',
  run: async (words, moment, desk) => {
    assertNoMore(words, '/keys stats');
    if ((await readReach(moment, desk)).kind !== 'all')
      throw new Refusal(
        'not_allowed',
        'Figures about all keys are for those who may read all of them. Yours: /keys list',
      );
    return moment.show(statsReport(await statsNow(desk.ledger, desk.now())));
  },
};

const ZOMBIES = '/keys zombies since=7d';

export const zombiesVerb: Verb = {
  verb: 'zombies',
  example: 'zombies since=7d',
  help: 'who still calls with keys that are dead',
  offered: mayWithSomeKey('read'),
  run: async (words: readonly Token[], moment, desk) => {
    const { words: more, named } = splitNamed(words, { names: ['since'], example: ZOMBIES });
    assertNoMore(more, ZOMBIES);
    const sinceMs = spanOf(named.since ?? WEEK, ZOMBIES);
    const reach = await readReach(moment, desk);
    const found = await deadCallers(desk.ledger, new Date(desk.now().getTime() - sinceMs));
    const uses = found
      .filter(({ key }) => isInReach(reach, key))
      .map(({ key, caller, accepted, rejected, lastAt }) => ({ ...aboutOf(key), caller, accepted, rejected, lastAt }));
    return moment.show(deadCallersReport({ since: spanText(sinceMs), uses }));
  },
};

async function readReach({ person }: Moment, { policy }: Desk): Promise<Reach> {
  return reachOf((await policy()).policy, 'read', person);
}

function aboutOf(key: Key) {
  const { service, environment, expiresAt, revokedAt, state } = key;
  return { name: nameOf(key), service, environment, expiresAt, revokedAt, state };
}
