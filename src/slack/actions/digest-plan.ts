import { assertMay } from '../../domain/policy.ts';
import type { Occasion } from '../commands/rotate-intent.ts';
import { loadRotationPreview } from '../load/rotation-preview.ts';
import type { Desk, Moment } from '../moment.ts';
import { rotateModal } from '../views/rotate-modal.ts';
import type { SlackAction } from './contract.ts';
import { digestKey } from './digest-key.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';

/** The same form that /rotate-key opens, filled in. */
export const digestPlanButton: SlackAction = {
  action: 'digest_plan',
  press: (key, moment, desk) => openRotation({ key, occasion: 'planned', label: 'Plan rotation' }, moment, desk),
};

export const digestReplaceButton: SlackAction = {
  action: 'digest_replace',
  press: (key, moment, desk) => openRotation({ key, occasion: 'expired', label: 'Replace now' }, moment, desk),
};

async function openRotation(
  wanted: { key: string; occasion: Occasion; label: string },
  moment: Moment,
  desk: Desk,
): Promise<void> {
  const key = await digestKey(wanted.key, desk);
  // Asked before the form, so that nobody fills one in only to be refused.
  assertMay((await desk.policy()).policy, 'rotate', { actor: moment.origin.actor, subject: key });
  const { occasion } = wanted;
  const preview = await loadRotationPreview(desk, { key, occasion, graceHours: null, actor: moment.origin.actor });
  const end = key.expiresAt?.toISOString().slice(0, 10);
  const reason =
    end === undefined ? 'From the key digest.' : `It ${occasion === 'expired' ? 'expired' : 'expires'} on ${end}.`;
  const form = { slug: key.slug, occasion, graceHours: null, reason, hint: null, preview };
  await openOrAskAgain(rotateModal({ ...form, channel: moment.channel ?? '' }), moment, wanted.label);
}
