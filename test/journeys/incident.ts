import { expect } from 'vitest';
import { openIncidents } from '../../src/engine/incidents/open-incidents.ts';
import { loadKeyFiles } from '../../src/providers/key-files.ts';
import type { Journey } from './journey.ts';
import type { Stage } from './stage.ts';

/** An incident without a run: declared, led, told in words, closed by name, and written up. */
export const incident: Journey = {
  name: 'an incident to its published summary',
  setting: { ledger: { keys: [{ slug: 'mail-prod', service: 'mail', owner: 'carol', escalation: 'group:security' }] } },
  play: async ({ alice, bob, carol, dave }, stage) => {
    await dave.goes('#general');
    await dave.types('mails to customers bounce since nine');
    await alice.goes('#general');
    await alice.picks('Declare an incident', 'mails to customers bounce');
    await alice.getsForm('Declare an incident');
    await alice.fills({ 'How grave is it?': 'SEV2' });
    await alice.sends();

    await alice.goes('#incidents');
    await alice.sees('SEV2', 'mails to customers bounce');
    await alice.opens('Roles', 'Roles…');
    await alice.fills({ 'Commander: decides what is done next': 'Alice', 'Scribe: writes it down': 'Dave' });
    await alice.sends();
    await alice.opens('Post a status', 'Status…');
    await alice.fills({
      'Conditions: what is the case?': 'The relay refuses our key.',
      'Actions: what is being done?': 'Carol asks the relay for another one.',
      'Needs: what is missing?': 'Nothing now.',
    });
    await alice.sends();
    await alice.sees('The relay refuses our key.');

    await carol.goes('#incidents');
    await carol.opensThread('mails to customers bounce');
    await carol.types('the relay mended its key list, mails go out again');
    await dave.goes('#incidents');
    await dave.opensThread('mails to customers bounce');
    await dave.reacts('pushpin', 'mails go out again');
    await stage.passes(60_000);

    await bob.goes('#incidents');
    await bob.opensThread('mails to customers bounce');
    await bob.types('@rekey incident summary post');
    await bob.sees('is posted');
    await bob.types('@rekey incident close');
    await bob.sees('stays open');
    await bob.goes('#incidents');
    // Rekey proves nothing here: no key was replaced. What it asks for is let go by name, one point after the other.
    for (let points = await openPoints(stage); points > 0; points--) {
      await bob.opens('Not closed yet', 'Close…', 'mails to customers bounce');
      await bob.fills({
        'Which one?': '1.',
        'Why can it close without that?': 'The relay was at fault; no key of ours is concerned.',
      });
      await bob.sends();
      await expect.poll(() => openPoints(stage)).toBe(points - 1);
    }
    await bob.sees('mails to customers bounce', 'closed');

    await alice.goes('#incidents');
    await alice.opensThread('mails to customers bounce');
    // What comes after an incident is looked at every ten minutes.
    await stage.passes(15 * 60_000);
    await alice.sees('Retrospective to be written');
    await alice.opens('Publish retrospective', 'Publish…', 'Retrospective to be written');
    await alice.fills({ 'A link to it, or the text itself': 'https://wiki.example.com/retro/mails' });
    await alice.sends();
    await alice.sees('Retrospective published');
    await alice.goes('#incidents');
    await alice.sees('Summary of SEV2', 'mails to customers bounce');
  },
};

/** How many points keep the one open incident from being closed. */
async function openPoints({ serving, ledger, keysDir }: Stage): Promise<number> {
  const [open] = await ledger.read.openIncidents(1);
  if (open === undefined) return 0;
  const { pepper } = loadKeyFiles(keysDir);
  return (await openIncidents({ ...serving().deps, pepper }).gate(open.id)).length;
}
