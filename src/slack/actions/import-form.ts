import { KeyClass, nameOf } from '../../domain/key.ts';
import type { KeyFacts } from '../../engine/keys/keys.ts';
import { Refusal } from '../../errors.ts';
import { utcText } from '../text.ts';
import { IMPORT_FORM } from '../views/import-modal.ts';
import { say } from '../views/say.ts';
import type { SlackForm } from './contract.ts';

type Values = Readonly<Record<string, string>>;

/** Registers what is known of a key; the engine checks the policy and every field. */
export const importForm: SlackForm = {
  form: IMPORT_FORM,
  submit: async ({ values }, moment, desk) => {
    const facts = factsIn(values);
    if (facts === null) return { kind: 'errors', errors: { class: 'Choose what kind of key it is.' } };
    try {
      const digest = (values.digest ?? '').trim();
      const expiresAt = values.expires ? new Date(`${values.expires}T00:00:00Z`) : null;
      const request = { ...moment.origin, facts, material: null, expiresAt, ...(digest !== '' && { digest }) };
      const key = await desk.keys.import(request);
      const ends = key.expiresAt === null ? 'no expiry is on record' : `it ends ${utcText(key.expiresAt)}`;
      const known = key.digest === null ? ' Calls with it are not recognised until its digest is known.' : '';
      await moment.show(
        say(`${nameOf(key)} is registered, for ${key.service} in ${key.environment}; ${ends}.${known}`),
      );
      return { kind: 'close' };
    } catch (error) {
      const field = error instanceof Refusal ? fieldOf(error) : null;
      if (!(error instanceof Refusal) || field === null) throw error;
      return { kind: 'errors', errors: { [field]: error.message } };
    }
  },
};

function factsIn(values: Values): KeyFacts | null {
  const keyClass = KeyClass.safeParse(values.class);
  if (!keyClass.success) return null;
  const text = (name: string) => (values[name] ?? '').trim();
  const orNull = (name: string) => text(name) || null;
  return {
    slug: text('name').toLowerCase(),
    class: keyClass.data,
    service: text('service'),
    environment: text('environment'),
    owner: orNull('owner'),
    escalation: orNull('escalation'),
    runbook: orNull('runbook'),
    secretRef: orNull('secret_ref'),
    administers: null,
    scopes: [],
    rateLimit: null,
    delivery: null,
    probeUrl: null,
  };
}

const BY_CODE: Readonly<Record<string, string>> = {
  slug_taken: 'name',
  already_known: 'digest',
  bad_digest: 'digest',
  required_missing: 'owner',
};
const BY_NAME = new Map([['secret reference', 'secret_ref']]);

/** The field that a refusal is about; `bad_fact` begins with its name. */
function fieldOf({ code, message }: Refusal): string | null {
  if (code !== 'bad_fact') return BY_CODE[code] ?? null;
  const said = message.split(':')[0] ?? '';
  const field = BY_NAME.get(said) ?? said;
  return ['name', 'service', 'environment', 'owner', 'escalation', 'runbook', 'secret_ref'].includes(field)
    ? field
    : null;
}
