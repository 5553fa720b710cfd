import type { Digest, DigestHead } from '../../domain/digest/digest.ts';
import type { PersonId } from '../../domain/ids.ts';
import { assertMay } from '../../domain/policy.ts';
import { EVERY_KEY, reachOf } from '../../domain/reach.ts';
import { dayOf } from '../../domain/schedule.ts';
import { Refusal } from '../../errors.ts';
import type { Origin } from '../engine.ts';
import { auditRefusal } from '../refusals.ts';
import { type DigestsDeps, rulesNow } from './deps.ts';
import { makeDigest } from './make.ts';
import { readableOf } from './readable.ts';

/** As it would be posted now, with what this person may read of it. */
export async function preview(deps: DigestsDeps, person: PersonId): Promise<Digest> {
  const rules = await rulesNow(deps);
  const { now, policy } = rules;
  const day = dayOf(now, policy.team.time_zone);
  const reach = reachOf(policy, 'read', person);
  return makeDigest(deps, rules, { id: 'preview', day, kind: 'asked', dueAt: now, reach });
}

export async function posted({ ledger: { read }, policy }: DigestsDeps, id: string, person: PersonId): Promise<Digest> {
  const digest = await read.digest(id);
  if (digest !== null) return readableOf(digest, reachOf((await policy()).policy, 'read', person), read);
  const known = (await read.digests(3)).map((one) => one.id).join(', ') || 'none so far';
  throw new Refusal('unknown_digest', `There is no digest ${id}. The latest ones: ${known}.`);
}

export async function send(deps: DigestsDeps, request: Origin): Promise<DigestHead> {
  return auditRefusal(deps, { origin: request, what: 'digest' }, async () => {
    const rules = await rulesNow(deps);
    const { now, policy } = rules;
    assertMay(policy, 'administer', { actor: request.actor, subject: { owner: null, escalation: null } });
    const day = dayOf(now, policy.team.time_zone);
    const wanted = { id: deps.newId('dig'), day, kind: 'asked', dueAt: now, reach: EVERY_KEY } as const;
    const digest = await makeDigest(deps, rules, wanted);
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
