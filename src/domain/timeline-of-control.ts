import type { ControlEvent } from './control-event.ts';
import type { Told } from './told.ts';

export type ToldOfControl = Extract<Told, { type: ControlEvent['type'] }>;

const ABOUT_CONTROL: ReadonlySet<Told['type']> = new Set([
  'run_paused',
  'run_resumed',
  'run_reopened',
  'step_skipped',
  'steps_reset',
] satisfies ControlEvent['type'][]);

export function isAboutControl(event: Told): event is ToldOfControl {
  return ABOUT_CONTROL.has(event.type);
}

export function sentenceForControl(event: ToldOfControl, name: (id: string) => string): string {
  switch (event.type) {
    case 'run_paused':
      return `${name(event.run)} was paused: ${event.reason}.`;
    case 'run_resumed':
      return `${name(event.run)} goes on after its pause: ${event.reason}.`;
    case 'run_reopened':
      return `${name(event.run)} had failed and was opened again: ${event.reason}.`;
    case 'step_skipped':
      return `Step ${event.record.step} was skipped by a person: ${event.reason}.`;
    case 'steps_reset':
      return `To be done again: ${event.records.map(({ step }) => step).join(', ')}: ${event.reason}.`;
    default:
      return event satisfies never;
  }
}
