/**
 * What a driver threw, fit to be shown. A new Error, because drivers hang the command, the client or the URL on theirs, and with them the
 * password; and one with a sentence, because a refused connection to a name with two addresses has none of its own.
 */
export function cleaned(error: unknown, secrets: readonly string[]): Error {
  const sentence = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), sentenceIn(error));
  return new Error(sentence.replace(/\.$/, ''));
}

function sentenceIn(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(sentenceIn).join('; ');
  if (!(error instanceof Error)) return String(error);
  // ioredis, asked while it has no connection, answers with the name of the option that made it say so.
  if (/^(Stream isn't writeable|Reached the max retries)/.test(error.message)) return 'there is no connection';
  return error.message === '' ? error.name : error.message;
}
