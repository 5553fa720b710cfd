import { partsOf } from '../../domain/digest/compose.ts';
import type { Digest, DigestHead, DigestItem } from '../../domain/digest/digest.ts';
import type { PersonId } from '../../domain/ids.ts';
import { assertMay, peopleNamed } from '../../domain/policy.ts';
import { dayOf } from '../../domain/schedule.ts';
import { Refusal } from '../../errors.ts';
import type { Origin } from '../engine.ts';
import { auditRefusal } from '../refusals.ts';
import { type DigestsDeps, rulesNow } from './deps.ts';
import { makeDigest } from './make.ts';

/** As it would be posted now, with what this person may read of it. */
export async function preview(deps: DigestsDeps, person: PersonId): Promise<Digest> {
  const rules = await rulesNow(deps);
  const { now, policy } = rules;
  const wanted = { id: 'preview', day: dayOf(now, policy.team.time_zone), kind: 'asked', dueAt: now } as const;
  const digest = await makeDigest(deps, rules, wanted);
  const items: DigestItem[] = [];
  for (const item of digest.items) {
    const key = await deps.ledger.read.key(item.key);
    if (key !== null && peopleNamed(policy, policy.may.read ?? [], key).has(person)) items.push(item);
  }
  return { ...digest, items, keys: items.length, parts: partsOf(items, digest.notes.length > 0) };
}

export async function send(deps: DigestsDeps, request: Origin): Promise<DigestHead> {
  return auditRefusal(deps, { origin: request, what: 'digest' }, async () => {
    const rules = await rulesNow(deps);
    const { now, policy } = rules;
    assertMay(policy, 'administer', { actor: request.actor, subject: { owner: null, escalation: null } });
    const day = dayOf(now, policy.team.time_zone);
    const digest = await makeDigest(deps, rules, { id: deps.newId('dig'), day, kind: 'asked', dueAt: now });
    if (digest.parts === 0)
      throw new Refusal(
        'nothing_to_say',
        'There is nothing to say: no key ends within 30 days, and nothing is missing.',
      );
    const { source, id } = request.dedupe;
    const context = { at: now, actor: request.actor, channel: request.channel };
    const sent = await deps.ledger.record(context, async ({ seen, remember }) => {
      const before = await seen(source, id);
      if (before !== null) return { events: [], result: before.subject ?? '' };
      await remember(source, id, { run: null, incident: null, subject: digest.id });
      return { events: [{ type: 'digest_ran', digest }], result: digest.id };
    });
    const head = await deps.ledger.read.digestHead(sent);
    if (head === null) throw new Refusal('request_id_used', 'This request id belongs to another request.');
    return head;
  });
}
