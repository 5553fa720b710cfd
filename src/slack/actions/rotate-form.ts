import { nameOf } from '../../domain/key.ts';
import { peopleNamed } from '../../domain/policy.ts';
import type { Situation } from '../../domain/run.ts';
import { startRotation } from '../commands/start-rotation.ts';
import { LIMITS } from '../limits.ts';
import { oneLine } from '../text.ts';
import { KEY_PICKER, ROTATE_FORM } from '../views/rotate-modal.ts';
import type { SlackForm, SlackMenu } from './contract.ts';

export const rotateForm: SlackForm = {
  form: ROTATE_FORM,
  submit: async ({ values }, moment, desk) => {
    const slug = values[KEY_PICKER];
    const situation = situationOf(values.situation);
    if (!slug) return { kind: 'errors', errors: { [KEY_PICKER]: 'Choose a key.' } };
    if (situation === null) return { kind: 'errors', errors: { situation: 'Choose what happened.' } };
    await startRotation({ slug, situation, reason: values.reason ?? '' }, moment, desk);
    return { kind: 'close' };
  },
};

const OFFERED = 50;

/** The keys that this person may have replaced, by a part of name, service, environment or owner. */
export const keyMenu: SlackMenu = {
  menu: KEY_PICKER,
  options: async (typed, { person }, { ledger, policy }) => {
    const rules = (await policy()).policy;
    const wanted = oneLine(typed).toLowerCase();
    const keys = (await ledger.keys()).filter(
      (key) =>
        key.slug.length <= LIMITS.optionValue &&
        [key.slug, key.service, key.environment, key.owner ?? ''].some((text) => text.toLowerCase().includes(wanted)) &&
        peopleNamed(rules, rules.may.rotate ?? [], key).has(person),
    );
    return keys
      .slice(0, OFFERED)
      .map((key) => ({ value: key.slug, label: `${nameOf(key)} · ${key.service}, ${key.environment}` }));
  },
};

function situationOf(value: string | undefined): Situation | null {
  return value === 'expired' || value === 'suspected' || value === 'exploited' ? value : null;
}
