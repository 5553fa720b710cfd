import type { Desk, FormAnswer, Moment } from '../moment.ts';

/** A button. `value` is the opaque token that it carried. */
export interface SlackAction {
  action: string;
  press: (value: string, moment: Moment, desk: Desk) => Promise<void>;
}

/** A modal that is sent off. `values` are by block id. */
export interface SlackForm {
  form: string;
  submit: (
    sent: { metadata: string; values: Record<string, string> },
    moment: Moment,
    desk: Desk,
  ) => Promise<FormAnswer>;
}

/** What a menu offers for what was typed into it. */
export interface SlackMenu {
  menu: string;
  options: (
    typed: string,
    moment: Pick<Moment, 'person' | 'origin'>,
    desk: Desk,
  ) => Promise<{ value: string; label: string }[]>;
}
