import type { NoticeTemplate } from '../domain/notice-template.ts';
import { NOBODY_OUTSIDE, type Outside } from '../domain/outside.ts';
import { Refusal } from '../errors.ts';

/** Whom a team can tell outside, and in which words; both as their files are now. */
export interface OutsideFiles {
  specs: () => Promise<Outside>;
  /** Refusal for a template that is not there, is wrong, or that nobody has reviewed. */
  template: (name: string) => Promise<NoticeTemplate>;
}

/** Where nobody outside is known, so that nothing can leave. */
export const NOBODY_THERE: OutsideFiles = {
  specs: async () => NOBODY_OUTSIDE,
  template: async (name) => {
    throw new Refusal('unknown_template', `There is no template notices/${name}.md here.`);
  },
};
