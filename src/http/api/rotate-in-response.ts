import { setTimeout as passed } from 'node:timers/promises';
import type { z } from 'zod';
import type { Claim } from '../../domain/claim.ts';
import type { Key } from '../../domain/key.ts';
import { isEnded, type Rotation, type RotationMode } from '../../domain/rotation.ts';
import { approvalsNeeded } from '../../domain/rotation-rules.ts';
import { Refusal } from '../../errors.ts';
import { type ApiContext, answer } from './endpoint.ts';
import { iso } from './fields.ts';
import { ALREADY_SHOWN, offerToCaller, takeOffer } from './hand-out.ts';
import { prefixOf } from './key-view.ts';
import type { Rotated } from './rotate-key.ts';
import { rotationCount } from './show-rotation.ts';

const HOUR_MS = 3_600_000;
const LOOK_EVERY_MS = 50;
const GRACE_WITHIN_MS = 2_000;

/** Refusal `response_needs_no_approval`: a connection is not held open until people have agreed. */
export async function assertNoApproval({ deps, caller }: ApiContext, key: Key, mode: RotationMode): Promise<void> {
  const rule = await deps.classRule(key.class);
  const approvals = approvalsNeeded(mode, rule, caller.actor);
  if (approvals === 0) return;
  throw new Refusal(
    'response_needs_no_approval',
    `Replacing ${key.slug} (${key.class}, ${mode}) needs ${approvals} ${approvals === 1 ? 'person' : 'people'} to agree first, so the new key cannot be in this answer. Ask with delivery claim or registered.`,
  );
}

/** The new key, once the run that makes it offers it to the caller; null when that takes longer than a caller waits. */
export async function rotatedInResponse(context: ApiContext, { id, run }: Rotation) {
  if (run === null) return null;
  const offer = await eventually(context, { run, withinMs: context.deps.responseWithinMs }, () => offerOf(context, id));
  if (offer === null || offer === 'ended') return null;
  const secret = await takeOffer(context, offer);
  await eventually(context, { run, withinMs: GRACE_WITHIN_MS }, async () => {
    const rotation = await context.deps.ledger.read.rotation(id);
    return rotation === null || rotation.graceEndsAt !== null || isEnded(rotation) ? 'ended' : null;
  });
  const body = await rotated(context, { id, key: offer.key });
  return secret === null
    ? answer(200, { ...body, shown_once: ALREADY_SHOWN })
    : answer(200, body, { once: { new_api_key: secret } });
}

/** Looks, and lets the run go on, until there is something or the time is over. */
async function eventually<T>(
  { deps }: ApiContext,
  { run, withinMs }: { run: string; withinMs: number },
  look: () => Promise<T | null>,
): Promise<T | null> {
  const until = performance.now() + withinMs;
  for (;;) {
    await deps.advance(run);
    const seen = await look();
    if (seen !== null || performance.now() > until) return seen;
    await passed(LOOK_EVERY_MS);
  }
}

async function offerOf(context: ApiContext, id: Rotation['id']): Promise<Claim | 'ended' | null> {
  const rotation = await context.deps.ledger.read.rotation(id);
  if (rotation === null || rotation.replacement === null) return null;
  const offer = await offerToCaller(context, rotation.replacement);
  return offer ?? (isEnded(rotation) ? 'ended' : null);
}

async function rotated(
  { deps }: ApiContext,
  { id, key: newKey }: { id: Rotation['id']; key: Key['id'] },
): Promise<z.input<typeof Rotated>> {
  const { read } = deps.ledger;
  const [rotation, key] = [await read.rotation(id), await read.key(newKey)];
  if (rotation === null || key === null) throw new Error(`rotation ${id} has lost its key`);
  const before = (await read.versionsOf(key.slug)).filter(({ version }) => version < key.version);
  return {
    key_id: key.id,
    new_api_key_prefix: prefixOf(key),
    old_key_expires_at: iso(rotation.graceEndsAt),
    grace_period_hours: rotation.graceMs / HOUR_MS,
    rotation_count: rotationCount(before) + 1,
  };
}
