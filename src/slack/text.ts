/**
 * The one encoder between people's text and Slack. In blocks such text goes into `plain_text` and `rich_text` only, where Slack reads no
 * markup; in the fallback text, which Slack does read, `escapeMrkdwn` takes the three signs away that could become a mention or a link.
 */
export function escapeMrkdwn(text: string): string {
  return clean(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

// Control signs, bidirectional overrides and zero-width signs: invisible, and good for nothing here but to disguise another text.
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF]|[\u{E0000}-\u{E007F}]/gu;

/** The text without signs that nobody can see. */
export function clean(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(INVISIBLE, '').toWellFormed();
}

/** On one line, for places that have one. */
export function oneLine(text: string): string {
  return clean(text).replace(/\s+/g, ' ').trim();
}

/** At most `max` UTF-16 units, as Slack counts; what is left out is said and not silently lost. */
export function cut(text: string, max: number): string {
  const shown = clean(text);
  if (shown.length <= max) return shown;
  const note = (left: number) => `… (${left} more characters)`;
  const room = Math.max(0, max - note(shown.length).length);
  // A character outside the basic plane takes two units; half of one would be an invalid text.
  const end = /[\uD800-\uDBFF]/.test(shown.charAt(room - 1)) ? room - 1 : room;
  return (shown.slice(0, Math.max(0, end)) + note(shown.length - end)).slice(0, max);
}

/** An instant that everybody reads in their own zone; for the fallback text. */
export function dateText(at: Date): string {
  return `<!date^${seconds(at)}^{date_short_pretty} {time}|${utcText(at)}>`;
}

/** `2027-03-10 12:00 UTC`, where Slack cannot translate. */
export function utcText(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1_000);
}
