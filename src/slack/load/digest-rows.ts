import type { DigestItem } from '../../domain/digest/digest.ts';
import { SNOOZE_DAYS, snoozeEnd } from '../../domain/digest/snooze.ts';
import { instantText } from '../../domain/instant.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import type { Policy } from '../../domain/policy.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Sources } from '../deps.ts';
import type { DigestRow, Standing } from '../views/digest-row.ts';
import { displayNames, type NameOf } from './names.ts';

/** The keys of one message, as the ledger has them now. A key that is not there any more is left out. */
export async function loadDigestRows(
  sources: Sources,
  items: readonly DigestItem[],
  { calls }: { calls: boolean },
): Promise<DigestRow[]> {
  const name = await displayNames(sources);
  const policy = await sources.policy().then(
    (loaded) => loaded.policy,
    () => null,
  );
  const rows: DigestRow[] = [];
  for (const item of items) {
    const key = await sources.ledger.key(item.key);
    if (key === null) continue;
    const standing = await standingOf(key, { ledger: sources.ledger, name, now: sources.now() });
    rows.push({
      key: key.id,
      name: nameOf(key),
      environment: key.environment,
      section: item.section,
      expiresAt: key.expiresAt,
      owner: key.owner === null ? null : name(key.owner),
      // Those whom the digest wrote to; where something takes care of a key it wrote to nobody.
      call: calls && item.direct.length > 0 ? slackIds(item, policy) : [],
      note: item.note,
      standing,
      runbook: key.runbook,
      snoozes: snoozesOf(key, { policy, now: sources.now() }),
    });
  }
  return rows;
}

function slackIds({ owners }: DigestItem, policy: Policy | null): string[] {
  return owners.flatMap((owner) => policy?.people[owner]?.slack ?? []);
}

/** The spans that end before the key does. What is too close to its end is refused when it is chosen, with the latest date. */
function snoozesOf({ expiresAt }: Key, { policy, now }: { policy: Policy | null; now: Date }): { days: number }[] {
  const zone = policy?.team.time_zone ?? 'UTC';
  return SNOOZE_DAYS.filter((days) => expiresAt === null || snoozeEnd(days, now, zone) < expiresAt).map((days) => ({
    days,
  }));
}

async function standingOf(
  key: Key,
  { ledger, name, now }: { ledger: LedgerReader; name: NameOf; now: Date },
): Promise<Standing> {
  if (key.supersededAt !== null) return { kind: 'over', how: `Replaced ${instantText(key.supersededAt)}` };
  if (key.state === 'revoked') return { kind: 'over', how: 'Revoked' };
  const mark = await ledger.standingMark(key.id);
  if (mark !== null) {
    const asked = mark.asked.map(name).join(' or ');
    return { kind: 'unused', by: name(mark.by), asked, confirmed: mark.answer?.confirmed === true };
  }
  if (key.state === 'suspended') return { kind: 'over', how: 'Suspended: reinstate or revoke it' };
  const rotation = await ledger.openRotationOf(key.slug);
  if (rotation !== null) return { kind: 'rotating', id: rotation.id, begins: rotation.scheduledAt };
  const run = await ledger.openRunOfKey(key.id);
  if (run !== null) return { kind: 'rotating', id: run.id, begins: run.startedAt };
  return saidOf(key, { ledger, name, now });
}

async function saidOf(
  { id }: Key,
  { ledger, name, now }: { ledger: LedgerReader; name: NameOf; now: Date },
): Promise<Standing> {
  const [claim] = await ledger.expiryClaimsOf(id);
  if (claim?.end === null) return { kind: 'claimed', by: name(claim.by), until: claim.until };
  const snooze = await ledger.expirySnooze(id);
  if (snooze !== null && snooze.until > now) return { kind: 'snoozed', by: name(snooze.by), until: snooze.until };
  return claim?.end?.how === 'released' ? { kind: 'released', by: name(claim.by) } : { kind: 'open' };
}
