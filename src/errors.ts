/**
 * The person can act on it: the sentence is shown word for word, so it says what was expected, what came and what to do.
 * `code` is for machines (HTTP problem types, tests, metrics) and never changes once published.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;

  constructor(code: string, sentence: string, options?: { cause?: unknown }) {
    super(sentence, options);
    this.code = code;
  }
}

/** policy.yaml or key-classes.yaml cannot be read right now. It says nothing of what met it: a step is put back and tried again. */
export class ConfigTrouble extends Refusal {}

/** Trying again cannot help: the step fails now, without the attempts that are left. Every other error is retried. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

/** What to say of a text that came, when it might be a secret in the wrong place: sentences are shown, logged and kept for ever. */
export function unrepeated(text: string): string {
  return text === '' ? 'an empty text' : `a text of ${text.length} characters`;
}

/** What to say of anything that was thrown, in one line and without a stack. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
