import { healthOf, type Key, nameOf } from '../../../domain/key.ts';
import { assertMay } from '../../../domain/policy.ts';
import { unknownKey } from '../../../engine/which-key.ts';
import { Refusal } from '../../../errors.ts';
import { loadRotationPreview } from '../../load/rotation-preview.ts';
import type { Desk, Moment } from '../../moment.ts';
import { type RotateModal, rotateModal } from '../../views/rotate-modal.ts';
import { keyOrNull, readableNear } from '../key-named.ts';
import { ROTATE_EXAMPLE, type RotateIntent, rotateIntent } from '../rotate-intent.ts';
import { startRotation } from '../start-rotation.ts';
import type { Token } from '../tokens.ts';

/** `/rotate-key payments-prod exploited because "…"`: at once when everything is clear, else the form with all that was typed in it. */
export async function rotateTyped(words: readonly Token[], moment: Moment, desk: Desk): Promise<void> {
  const intent = rotateIntent(words);
  const key = await keyOrNull(intent.slug, desk);
  if (key === null) return formForUnknown(intent, moment, desk);
  // Asked before the form, so that nobody fills one in only to be refused.
  assertMay((await desk.policy()).policy, 'rotate', { actor: moment.origin.actor, subject: key });
  const unclear = [...intent.unclear, ...silentOn(key, intent, desk.now())];
  if (unclear.length > 0) return openRotateForm({ ...intent, key, unclear }, moment, desk);
  return startRotation({ ...intent, key }, moment, desk);
}

function silentOn(key: Key, { occasion, unclear }: RotateIntent, now: Date): string[] {
  if (occasion !== null || unclear.length > 0 || healthOf(key, now) === 'expired') return [];
  return [`${nameOf(key)} has not expired, so say what happened to it.`];
}

async function formForUnknown(intent: RotateIntent, moment: Moment, desk: Desk): Promise<void> {
  const near = await readableNear(intent.slug, moment.person, desk);
  const refusal = unknownKey(
    intent.slug,
    near.map(({ slug }) => slug),
  );
  const [meant] = near;
  if (meant === undefined) throw refusal;
  return openRotateForm({ ...intent, key: meant, unclear: [refusal.message, ...intent.unclear] }, moment, desk);
}

type Form = Pick<RotateIntent, 'occasion' | 'graceHours' | 'reason' | 'unclear'> & { key: Key | null };

/** What is asked for is in it already, with what it would come to. Where no form can be opened, the sentence says what to type. */
export async function openRotateForm(form: Form, moment: Moment, desk: Desk): Promise<void> {
  const { unclear, occasion, graceHours, reason } = form;
  const shown: RotateModal = {
    slug: form.key?.slug ?? null,
    occasion,
    graceHours,
    reason,
    hint: unclear.length === 0 ? null : unclear.join(' '),
    channel: moment.channel ?? '',
    preview: await loadRotationPreview(desk, { ...form, actor: moment.origin.actor }),
  };
  if (await moment.openModal(rotateModal(shown))) return;
  throw new Refusal(
    'incomplete_command',
    `${shown.hint ?? 'The form could not be opened.'} Type it in one line, for instance: ${ROTATE_EXAMPLE}`,
  );
}

export const EMPTY_FORM: Form = { key: null, occasion: null, graceHours: null, reason: '', unclear: [] };
