import type { Key } from '../../domain/key.ts';
import { assertMay } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import { keyNamed, keyOrNull } from '../commands/key-named.ts';
import type { Occasion } from '../commands/rotate-intent.ts';
import { startRotation } from '../commands/start-rotation.ts';
import { loadRotationPreview } from '../load/rotation-preview.ts';
import type { Desk, FormAnswer, Moment } from '../moment.ts';
import { KEY_PICKER, OCCASION_CHOICE, ROTATE_FORM, rotateModal } from '../views/rotate-modal.ts';
import type { SlackAction, SlackForm } from './contract.ts';

type Values = Readonly<Record<string, string>>;

export const rotateForm: SlackForm = {
  form: ROTATE_FORM,
  submit: async ({ values }, moment, desk) => {
    const slug = values[KEY_PICKER];
    const occasion = occasionOf(values.situation);
    const reason = values.reason ?? '';
    if (!slug) return { kind: 'errors', errors: { [KEY_PICKER]: 'Choose a key.' } };
    if (occasion === null) return { kind: 'errors', errors: { situation: 'Choose what happened.' } };
    if (occasion === 'planned' && reason.trim() === '')
      return { kind: 'errors', errors: { reason: 'Say why: it stands in the history, and approvers read it.' } };
    return start({ slug, occasion, graceHours: graceOf(values), reason }, moment, desk);
  },
};

interface Submitted {
  slug: string;
  occasion: Occasion;
  graceHours: number | null;
  reason: string;
}

async function start({ slug, ...wanted }: Submitted, moment: Moment, desk: Desk): Promise<FormAnswer> {
  try {
    const key = await keyNamed(slug, 'rotate', { moment, desk });
    await startRotation({ ...wanted, key }, moment, desk);
    return { kind: 'close' };
  } catch (error) {
    const field = error instanceof Refusal ? FIELDS[error.code] : undefined;
    if (!(error instanceof Refusal) || field === undefined) throw error;
    return { kind: 'errors', errors: { [field]: error.message } };
  }
}

/** What can be mended in the form is said beside its field. */
const FIELDS: Readonly<Record<string, string>> = {
  grace_out_of_bounds: 'grace',
  reason_needed: 'reason',
  secret_in_text: 'reason',
  key_not_rotatable: 'situation',
};

/** Choosing a key or what happened shows what it would come to. */
const choose: SlackAction['press'] = async (_value, moment, desk) => {
  const { filled } = moment;
  if (filled === null) return;
  const { values, metadata: channel } = filled;
  const key = await chosenKey(values[KEY_PICKER] ?? '', moment, desk);
  const occasion = occasionOf(values.situation);
  const graceHours = graceOf(values);
  const preview = await loadRotationPreview(desk, { key, occasion, graceHours, actor: moment.origin.actor });
  const form = { slug: key?.slug ?? null, occasion, graceHours, reason: values.reason ?? '', hint: null };
  await moment.updateModal(rotateModal({ ...form, channel, preview }));
};

export const keyChosen: SlackAction = { action: KEY_PICKER, press: choose };
export const occasionChosen: SlackAction = { action: OCCASION_CHOICE, press: choose };

/** A preview names callers and people of a key: it is for who may have it replaced. */
async function chosenKey(slug: string, { origin }: Moment, desk: Desk): Promise<Key | null> {
  const key = slug === '' ? null : await keyOrNull(slug, desk);
  if (key !== null) assertMay((await desk.policy()).policy, 'rotate', { actor: origin.actor, subject: key });
  return key;
}

function graceOf({ grace = '' }: Values): number | null {
  const hours = Number(grace);
  return grace.trim() === '' || !Number.isFinite(hours) ? null : hours;
}

function occasionOf(value: string | undefined): Occasion | null {
  return value === 'expired' || value === 'suspected' || value === 'exploited' || value === 'planned' ? value : null;
}
