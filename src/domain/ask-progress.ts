import type { ChecklistItem, Mark } from './ask-form.ts';
import type { Ask } from './incident.ts';

export interface Progress {
  done: number;
  notApplicable: number;
  of: number;
  /** What has to be ticked yet. */
  left: ChecklistItem[];
}

/** How far a checklist is, or null for what is no checklist. */
export function progressOf({ form, marks }: Pick<Ask, 'form' | 'marks'>): Progress | null {
  if (form.kind !== 'checklist') return null;
  const marked = new Map(marks.map((mark) => [mark.item, mark.mark]));
  return {
    done: marks.filter((mark) => mark.mark === 'done').length,
    notApplicable: marks.filter((mark) => mark.mark === 'not_applicable').length,
    of: form.items.length,
    left: form.items.filter((item) => item.required && !marked.has(item.id)),
  };
}

/** `3 of 5 done, 1 does not apply`. */
export function progressText({ done, notApplicable, of }: Pick<Progress, 'done' | 'notApplicable' | 'of'>): string {
  const besides = notApplicable === 0 ? '' : `, ${notApplicable} ${notApplicable === 1 ? 'does' : 'do'} not apply`;
  return `${done} of ${of} done${besides}`;
}

export function stateOfItem(marks: readonly Mark[], item: string): Mark['mark'] | 'open' {
  return marks.find((mark) => mark.item === item)?.mark ?? 'open';
}
