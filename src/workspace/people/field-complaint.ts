import { type Json, textOf } from '../json.ts';
import { isEmpty } from '../state/form-state.ts';

/** What Slack's client writes below a field that cannot be sent as it is, or undefined. */
export function fieldComplaint(element: Json, value: Json | undefined, optional: boolean): string | undefined {
  if (isEmpty(element, value)) return optional ? undefined : 'Please complete this required field.';
  const typed = textOf(value?.value) ?? '';
  switch (element.type) {
    case 'number_input':
      return ofNumber(element, typed);
    case 'url_text_input':
      return isWebAddress(typed) ? undefined : 'Please enter a valid URL.';
    case 'email_text_input':
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(typed) ? undefined : 'Please enter a valid email address.';
    case 'datepicker':
      return isDay(textOf(value?.selected_date) ?? '') ? undefined : 'Please choose a date.';
    default:
      return ofLength(element, typed);
  }
}

function ofNumber({ is_decimal_allowed, min_value, max_value }: Json, typed: string): string | undefined {
  const number = Number(typed);
  if (typed.trim() === '' || !Number.isFinite(number)) return 'Please enter a number.';
  if (is_decimal_allowed !== true && !Number.isInteger(number)) return 'Please enter a whole number.';
  if (min_value !== undefined && number < Number(min_value)) return `Must be at least ${min_value}.`;
  if (max_value !== undefined && number > Number(max_value)) return `Must be at most ${max_value}.`;
  return undefined;
}

function ofLength({ min_length, max_length }: Json, typed: string): string | undefined {
  if (typeof min_length === 'number' && typed.length < min_length) return `Must be at least ${min_length} characters.`;
  if (typeof max_length === 'number' && typed.length > max_length) return `Must be at most ${max_length} characters.`;
  return undefined;
}

function isWebAddress(typed: string): boolean {
  return URL.canParse(typed) && /^https?:$/.test(new URL(typed).protocol);
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
