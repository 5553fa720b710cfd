import { z } from 'zod';
import type { Key } from '../../domain/key.ts';
import { type Rotation, RotationMode, RotationState, schedulerWord } from '../../domain/rotation.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { answer, endpoint } from './endpoint.ts';
import { iso, OnKey, When } from './fields.ts';
import { findKey } from './find-key.ts';
import { ClaimView, offerIn } from './hand-out.ts';
import { prefixOf } from './key-view.ts';

const HOUR_MS = 3_600_000;

export const RotationView = z
  .object({
    id: z.string(),
    mode: RotationMode,
    state: RotationState,
    status: z.enum(['scheduled', 'in_progress', 'grace_period', 'completed', 'failed']),
    reason: z.string(),
    requested_by: z.string(),
    scheduled_at: When,
    started_at: When.nullable(),
    ended_at: When.nullable(),
    why: z.string().nullable().describe('Why it ended as it did, unless it is completed.'),
  })
  .meta({ id: 'Rotation' });

/** How the key stands with its replacement; the names are those of the subscription API that this one takes after. */
export const RotationFacts = z
  .object({
    key_id: z.string(),
    slug: z.string(),
    version: z.int(),
    api_key_prefix: z.string().nullable(),
    has_previous_key: z.boolean().describe('Another version is still accepted.'),
    previous_key_expires_at: When.nullable(),
    rotation_count: z.int().describe('How often this slug got a new key.'),
    last_rotated_at: When.nullable(),
    state: z.enum(['scheduled', 'in_progress', 'grace_period', 'completed', 'failed']).nullable(),
    grace_period_hours: z.number().nullable(),
    old_key_expires_at: When.nullable(),
    rotation: RotationView.nullable().describe('The newest one.'),
    claim: ClaimView.nullable().describe('Where its new key can be taken, when it is offered to somebody.'),
  })
  .meta({ id: 'RotationFacts' });

export const showRotation = endpoint({
  name: 'show_rotation',
  method: 'get',
  path: '/v1/keys/{id}/rotation',
  summary: 'How the key stands with its replacement',
  scope: 'keys:read',
  input: z.object({ params: OnKey }),
  answers: { 200: { says: 'The facts', schema: RotationFacts } },
  perform: async ({ params: { id } }, context) => {
    const { slug } = await findKey(context, id, 'keys:read');
    const { deps } = context;
    return answer(200, await rotationFacts(deps.ledger.read, slug, deps.now()));
  },
});

export async function rotationFacts(
  read: LedgerReader,
  slug: string,
  now: Date,
): Promise<z.input<typeof RotationFacts>> {
  const versions = await read.versionsOf(slug);
  const used = versions.filter((version) => version.activatedAt !== null);
  const current = used[0] ?? versions[0];
  if (current === undefined) throw new Error(`there is no version of ${slug}`);
  const previous = used.find((version) => acceptedUntil(version, now) !== null);
  const until = iso(previous === undefined ? null : acceptedUntil(previous, now));
  const [rotation] = await read.rotationsOf(slug, 1);
  return {
    key_id: current.id,
    slug,
    version: current.version,
    api_key_prefix: prefixOf(current),
    has_previous_key: previous !== undefined,
    previous_key_expires_at: until,
    rotation_count: rotationCount(used),
    last_rotated_at: used.length > 1 ? iso(current.activatedAt) : null,
    state: rotation === undefined ? null : schedulerWord(rotation.state),
    grace_period_hours: rotation === undefined ? null : rotation.graceMs / HOUR_MS,
    old_key_expires_at: iso(rotation?.graceEndsAt ?? null),
    rotation: rotation === undefined ? null : rotationView(rotation),
    claim: rotation === undefined ? null : await offerIn(read, rotation),
  };
}

/** How often a replacement took over; versions that were never in use do not count. */
export function rotationCount(versions: readonly Pick<Key, 'activatedAt' | 'predecessor'>[]): number {
  return versions.filter(({ activatedAt, predecessor }) => activatedAt !== null && predecessor !== null).length;
}

function acceptedUntil({ state, graceEndsAt }: Key, now: Date): Date | null {
  return state === 'retiring' && graceEndsAt !== null && graceEndsAt > now ? graceEndsAt : null;
}

export function rotationView(rotation: Rotation): z.input<typeof RotationView> {
  return {
    id: rotation.id,
    mode: rotation.mode,
    state: rotation.state,
    status: schedulerWord(rotation.state),
    reason: rotation.reason,
    requested_by: rotation.requestedBy,
    scheduled_at: rotation.scheduledAt.toISOString(),
    started_at: iso(rotation.startedAt),
    ended_at: iso(rotation.endedAt),
    why: rotation.why,
  };
}
