import { InvalidArgumentError } from 'commander';

/** For an option that is given several times: `--input situation=exploited`. */
export function collectInputs(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected name=value, such as situation=exploited.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
