import { Refusal } from '../../errors.ts';

/** Fields of a form that cannot stand as they are, each with its sentence. Nothing was kept. */
export class FormRefused extends Refusal {
  readonly fields: Readonly<Record<string, string>>;

  constructor(fields: Readonly<Record<string, string>>) {
    super(
      'form_refused',
      `The form was not taken: ${Object.entries(fields)
        .map(([field, sentence]) => `${field}: ${sentence}`)
        .join(' ')}`,
    );
    this.fields = fields;
  }
}
