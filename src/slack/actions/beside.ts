import { Refusal } from '../../errors.ts';
import type { FormAnswer } from '../moment.ts';

/** What can be mended in the modal is said beside its field, by the code of the refusal; anything else in place of the form. */
export async function beside(
  fields: Readonly<Record<string, string>>,
  work: () => Promise<unknown>,
): Promise<FormAnswer> {
  try {
    await work();
    return { kind: 'close' };
  } catch (error) {
    const field = error instanceof Refusal && Object.hasOwn(fields, error.code) ? fields[error.code] : undefined;
    if (!(error instanceof Refusal) || field === undefined) throw error;
    return { kind: 'errors', errors: { [field]: error.message } };
  }
}
