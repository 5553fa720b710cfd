import type { EvidenceKind, FieldAnswer, FileReference, FormField } from './ask-form.ts';

/** What somebody wrote into a form: the typed values, or what is wrong with each field. */
export type ReadForm = { kind: 'read'; answers: FieldAnswer[] } | { kind: 'wrong'; fields: Record<string, string> };

/** Reads the texts of a form. `isPerson` says whether policy.yaml knows that name. */
export function readForm(
  fields: readonly FormField[],
  texts: Readonly<Record<string, string>>,
  isPerson: (name: string) => boolean,
): ReadForm {
  const wrong: Record<string, string> = {};
  const answers: FieldAnswer[] = [];
  const known = new Set(fields.map(({ id }) => id));
  for (const name of Object.keys(texts))
    if (!known.has(name)) wrong[name] = `The form has no field ${name}; it has: ${[...known].join(', ')}.`;
  for (const field of fields) {
    const text = (Object.hasOwn(texts, field.id) ? (texts[field.id] ?? '') : '').trim();
    if (text === '') {
      if (field.required) wrong[field.id] = `Fill in "${field.label}".`;
      continue;
    }
    const read = readField(field, text, isPerson);
    if (typeof read === 'object') wrong[field.id] = read.wrong;
    else answers.push({ field: field.id, value: read });
  }
  return Object.keys(wrong).length === 0 ? { kind: 'read', answers } : { kind: 'wrong', fields: wrong };
}

type Value = FieldAnswer['value'] | { wrong: string };

function readField(field: FormField, text: string, isPerson: (name: string) => boolean): Value {
  switch (field.type) {
    case 'text':
      return /[\r\n]/.test(text) ? { wrong: 'Write one line.' } : withinLength(field, text);
    case 'long_text':
      return withinLength(field, text);
    case 'int':
      return readInt(field, text);
    case 'enum':
      return field.values.includes(text) ? text : { wrong: `Choose one of ${field.values.join(', ')}.` };
    case 'bool':
      return YES_OR_NO.get(text) ?? { wrong: 'Say yes or no.' };
    case 'date':
      return isDay(text) ? text : { wrong: 'Write a day such as 2027-05-20.' };
    case 'url':
      return webAddress(text) === null ? { wrong: `Give a link such as ${EXAMPLE}.` } : withinLength(field, text);
    case 'person':
      return isPerson(text) ? text : { wrong: 'Choose a person whom policy.yaml knows.' };
    default:
      return field.type satisfies never;
  }
}

const YES_OR_NO: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['no', false],
  ['false', false],
]);

function withinLength({ min, max }: FormField, text: string): Value {
  if (min !== null && text.length < min)
    return { wrong: `Write at least ${min} characters; these are ${text.length}.` };
  if (max !== null && text.length > max) return { wrong: `Write at most ${max} characters; these are ${text.length}.` };
  return text;
}

function readInt({ min, max }: FormField, text: string): Value {
  const value = Number(text);
  if (!/^-?\d{1,15}$/.test(text)) return { wrong: 'Write a whole number.' };
  if (min !== null && value < min) return { wrong: `Write at least ${min}.` };
  return max !== null && value > max ? { wrong: `Write at most ${max}.` } : value;
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00.000Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

const EXAMPLE = 'https://ci.example.com/deploy/42';

/** A link that people may be shown as one, or null: http and https, without a name and password in it. */
export function webAddress(text: string): URL | null {
  const trimmed = text.trim();
  if (/\s/.test(trimmed) || !URL.canParse(trimmed)) return null;
  const url = new URL(trimmed);
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.username === '' && url.password === '' ? url : null;
}

/** What is missing of the evidence that a question wants, or null. It does not repeat what came: that may be a secret. */
export function missingEvidence(
  wanted: EvidenceKind,
  given: { evidence: string; file: FileReference | null },
): string | null {
  switch (wanted) {
    case 'none':
      return null;
    case 'text':
      return given.evidence.trim() === '' && given.file === null
        ? 'Write one line on how you know; it goes into the summary.'
        : null;
    case 'url':
      return webAddress(given.evidence) === null
        ? `Give a link as evidence, such as ${EXAMPLE}; what came is none.`
        : null;
    case 'file':
      return given.file === null
        ? 'Name the file that shows it, its SHA-256 (64 hex digits) and where it is kept.'
        : null;
    default:
      return wanted satisfies never;
  }
}

/** `deploy.log (SHA-256 9f86…, 1204 bytes, evidence/9f86…)` */
export function fileText({ name, sha256, bytes, kept }: FileReference): string {
  return `${name} (SHA-256 ${sha256}${bytes === null ? '' : `, ${bytes} bytes`}, ${kept})`;
}
