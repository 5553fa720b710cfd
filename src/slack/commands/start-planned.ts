import { type Key, nameOf } from '../../domain/key.ts';
import type { Desk, Moment } from '../moment.ts';
import { utcText } from '../text.ts';
import { say } from '../views/say.ts';
import { keyNamed } from './key-named.ts';
import type { RotateIntent } from './rotate-intent.ts';

/** A planned rotation: both keys work while callers move over. Its requester has to say why, because nothing else does. */
export async function startPlanned(
  { slug, graceHours, reason }: Extract<RotateIntent, { kind: 'planned' }>,
  moment: Moment,
  desk: Desk,
): Promise<void> {
  const key = await keyNamed(slug, desk);
  const { kind, rotation } = await desk.rotations.request({
    ...moment.origin,
    key: key.slug,
    mode: 'planned',
    graceHours,
    notBefore: null,
    reason: reason.trim() || 'planned from Slack, no reason given',
    override: null,
    deliver: deliveryOf(key),
  });
  const name = nameOf(key);
  if (kind === 'repeated') return moment.show(say(`This request was handled before: ${rotation.id} of ${name}.`));
  const begin =
    kind === 'scheduled'
      ? `begins at ${utcText(rotation.scheduledAt)}`
      : rotation.approvals > 0
        ? 'waits for its approval'
        : 'has begun';
  return moment.show(
    say(
      `The rotation of ${name} ${begin}: ${rotation.id}. Both keys work for ${hoursText(rotation.graceMs)} after the new one is proved; then the old one is revoked.`,
    ),
  );
}

/** Without a registered place the new key waits for its owner, who claims it on a terminal. */
function deliveryOf(key: Key): { to: 'registered' } | { to: 'claim'; recipient: string } {
  if (key.delivery !== null || key.owner === null) return { to: 'registered' };
  return { to: 'claim', recipient: key.owner.startsWith('group:') ? key.owner : `person:${key.owner}` };
}

function hoursText(ms: number): string {
  const hours = ms / 3_600_000;
  return `${hours} hour${hours === 1 ? '' : 's'}`;
}
