import { Refusal } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import { say } from '../print.ts';
import { readSecret } from '../read-secret.ts';
import type { Rekey } from '../with-rekey.ts';
import { placeFor, showRecoveryCodes, showSeed } from './shown-once.ts';

const MOST_ASKED = 5;

/** Begins a new app and, on a terminal, goes on until its first code was right. `code`: what shows that the one before it is one's own. */
export async function begin(
  { secondFactors, origin }: Pick<Rekey, 'secondFactors' | 'origin'>,
  { toFile, code }: { toFile: string | undefined; code: () => Promise<Secret | null> },
): Promise<void> {
  const file = placeFor(toFile, { option: '--to-file' });
  const giveBack = (error: unknown): never => {
    file?.giveBack();
    throw error;
  };
  const shown = await code().catch(giveBack);
  const made = await secondFactors.enrol({ ...origin(), ...(shown && { code: shown }) }).catch(giveBack);
  if (file !== null) {
    file.write(`${made.uri.reveal()}\n`);
    return say(
      `What your app needs is in ${toFile}, for your eyes only. Delete it when the app has it, and type within 15 minutes: rekey second-factor confirm`,
    );
  }
  showSeed(made);
  await confirmOnTerminal({ secondFactors, origin });
}

async function confirmOnTerminal({ secondFactors, origin }: Pick<Rekey, 'secondFactors' | 'origin'>): Promise<void> {
  for (let asked = 1; ; asked += 1) {
    const code = await readSecret('The six digits that the app shows now');
    try {
      const confirmed = await secondFactors.confirm({ ...origin(), code });
      say('The app works; its codes count from now on.\n');
      return showRecoveryCodes(confirmed, null);
    } catch (error) {
      if (!(error instanceof Refusal) || !error.code.startsWith('code_') || asked === MOST_ASKED) throw error;
      say(error.message);
    }
  }
}
