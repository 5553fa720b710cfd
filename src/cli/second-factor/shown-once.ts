import type { Confirmed, Enrolled } from '../../engine/second-factor/second-factors.ts';
import { Refusal } from '../../errors.ts';
import { inGroups } from '../../providers/recovery-code.ts';
import { isTerminal } from '../ask.ts';
import { type Reserved, reserveFile } from '../new-file.ts';
import { say } from '../print.ts';
import { qrModules, qrOnTerminal } from './qr.ts';

/** Where what is shown once goes: a new file that only its owner can read, or the person's terminal. Found out before anything is made. */
export function placeFor(file: string | undefined, { option }: { option: string }): Reserved | null {
  if (file !== undefined) return reserveFile(file);
  if (isTerminal()) return null;
  throw new Refusal(
    'no_terminal',
    `This is shown on a terminal only, so that it does not end in a log. Nothing was changed. Say ${option} FILE.`,
  );
}

export function showSeed({ seed, uri }: Enrolled): void {
  const modules = qrModules(uri.reveal());
  say('Scan this with your authenticator app:\n');
  // Past the scrubber on purpose: this is the one time that the person sees it.
  if (modules.length <= (process.stdout.columns ?? 80)) process.stdout.write(`${qrOnTerminal(modules)}\n\n`);
  else say(`(The terminal is too narrow for the picture: it needs ${modules.length} columns.)\n`);
  say('Or type it in, as a time-based code:\n');
  process.stdout.write(`  ${inGroups(seed.reveal(), 4, ' ')}\n\n`);
}

export function showRecoveryCodes({ recoveryCodes }: Confirmed, file: Reserved | null): void {
  const lines = recoveryCodes.map((code) => `${code.reveal()}\n`).join('');
  if (file !== null) {
    file.write(lines);
    return;
  }
  say('Recovery codes, shown this once. Each stands in for the app one time; keep them where the phone is not:\n');
  process.stdout.write(lines.replaceAll(/^/gm, '  ').trimEnd());
  say('\n');
}
