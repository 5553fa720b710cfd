import type { Cast } from '../../../test/journeys/journey.ts';
import { openPoints } from '../../../test/journeys/open-points.ts';
import { PAYMENTS } from '../../../test/journeys/payments.ts';
import type { Stage } from '../../../test/journeys/stage.ts';
import type { Camera } from '../camera.ts';
import { DAY_MS, formBehind, HOUR_MS, MINUTE_MS, type Scene } from '../scene.ts';

const WHAT = 'mails to customers bounce';

/** An incident that people lead without a run: declared from a message, told, closed by name, written up, and followed up. */
export const led: Scene = {
  name: 'led',
  setting: {
    ledger: {
      keys: [{ ...PAYMENTS, slug: 'mail-prod', service: 'mail' }],
      calls: [{ key: 'mail-prod', caller: 'newsletter', at: '-1h', accepted: 12, rejected: 30 }],
    },
  },
  play: async (people, stage, camera) => {
    await declared(people, camera);
    await leads(people, stage, camera);
    await closes(people, stage, camera);
    await follows(people, stage, camera);
  },
};

async function declared({ alice, dave }: Cast, camera: Camera): Promise<void> {
  await alice.goes('#general');
  await camera.asks(alice, '/incident help');
  await camera.asks(alice, '/incident open');
  await alice.closes();
  await dave.goes('#general');
  await dave.types(`${WHAT} since nine`);
  await alice.picks('A key leaked here', WHAT);
  await alice.getsForm('A key leaked');
  await camera.form(alice);
  await alice.closes();
  await alice.picks('Declare an incident', WHAT);
  await alice.getsForm('Declare an incident');
  await camera.form(alice, { as: 'from-message', when: 'from the menu of a message' });
  await alice.fills({ 'How grave is it?': 'SEV2', 'Which key is it about?': 'mail-prod' });
  await alice.sends();
}

async function leads({ alice, carol, dave, bob }: Cast, stage: Stage, camera: Camera): Promise<void> {
  await alice.goes('#incidents');
  await alice.sees('SEV2', WHAT);
  await camera.surface('incident', alice, { as: 'new', when: 'when it was just declared' });
  await alice.opens('Roles', 'Roles…');
  await camera.form(alice);
  await alice.fills({ 'Commander: decides what is done next': 'Alice', 'Scribe: writes it down': 'Dave' });
  await alice.sends();
  await camera.surface('incident_role', dave);
  await alice.opens('Post a status', 'Status…');
  await camera.form(alice);
  await alice.fills({
    'Conditions: what is the case?': 'The relay refuses our key.',
    'Actions: what is being done?': 'Carol asks the relay for another one.',
    'Needs: what is missing?': 'Nothing now.',
  });
  await alice.sends();
  await camera.surface('incident_status', dave);
  await formBehind('Note…', { who: alice, camera });
  await formBehind('Severity…', { who: alice, camera });
  await camera.asks(alice, '/incident list');
  await camera.asks(alice, '/incident status');
  await camera.asks(alice, '/incident impact');
  await camera.asks(alice, '/incident note "the cache was cleared by hand" at 08:12');
  await camera.asks(alice, '/incident severity SEV3 because "only the newsletter is late"');
  await camera.asks(alice, '/incident role operator @carol because "she knows the relay"');
  await bob.goes('#incidents');
  await camera.asks(bob, '/incident owner @dave because "carol is away from tomorrow"');
  await camera.asks(bob, '/incident notify');
  await camera.form(bob);
  await bob.closes();
  await carol.goes('#incidents');
  await carol.opensThread(WHAT);
  await carol.types('the relay mended its key list, mails go out again');
  await dave.goes('#incidents');
  await dave.opensThread(WHAT);
  await dave.reacts('pushpin', 'mails go out again');
  await stage.passes(5 * HOUR_MS);
  await alice.goes('messages');
  await alice.sees('How does SEV3 stand');
  await camera.surface('incident_update', alice);
  await camera.surface('incident', alice, { as: 'led', when: 'when people lead it' });
  await camera.surface('incident', alice, { as: 'led', phone: true });
}

async function closes({ bob, alice }: Cast, stage: Stage, camera: Camera): Promise<void> {
  await bob.goes('#incidents');
  await camera.asks(bob, '/incident summary');
  await camera.asks(bob, '/incident summary post', { as: 'posted' });
  await camera.asks(bob, '/incident close');
  await formBehind('Close…', { who: bob, camera, on: WHAT });
  const because = 'because "the relay was at fault; no key of ours is concerned"';
  const [first, ...others] = await openPoints(stage);
  await camera.asks(bob, `/incident waive ${first} ${because}`);
  for (const code of others) {
    await bob.types(`/incident waive ${code} ${because}`);
    while ((await openPoints(stage)).includes(code)) await stage.passes(1_000);
  }
  await bob.opens('Close it', 'Close…', WHAT);
  await camera.form(bob);
  await bob.sends();
  await camera.surface('incident', bob, { as: 'closed', when: 'when it is closed' });
  await formBehind('Open again…', { who: bob, camera, on: WHAT });
  const id = await incidentId(stage);
  await camera.asks(bob, `/incident reopen ${id} because "it happened again"`);
  await stage.passes(MINUTE_MS);
  await bob.types(`/incident close ${id}`);
  await alice.goes('#incidents');
  await camera.surface('summary', alice, { as: 'without-run', when: 'of an incident without a run' });
}

async function follows({ alice, carol, bob }: Cast, stage: Stage, camera: Camera): Promise<void> {
  const id = await incidentId(stage);
  const due = new Date(stage.now().getTime() + 3 * DAY_MS).toISOString().slice(0, 10);
  await formBehind('Add follow-up…', { who: alice, camera, on: 'Summary of' });
  await formBehind('Full summary', { who: alice, camera, on: 'Summary of' });
  await camera.asks(alice, `/incident follow-up add ${id} "Route the warnings of the relay" owner:@carol due:${due}`);
  await carol.goes('#incidents');
  await carol.opensThread(WHAT);
  await carol.sees('Follow-up', 'Route the warnings');
  await camera.surface('follow_up', carol);
  for (const button of ['Hand over…', 'Move date…', 'Drop…'])
    await formBehind(button, { who: carol, camera, on: 'Route the warnings' });
  await stage.passes(15 * MINUTE_MS);
  await alice.opensThread(WHAT);
  await alice.sees('Retrospective to be written');
  await camera.surface('retrospective', alice);
  await formBehind('Publish…', { who: alice, camera, on: 'Retrospective to be written' });
  for (let days = 0; days < 8; days++) await stage.passes(DAY_MS);
  await camera.surface('follow_up_nag', carol);
  await camera.surface('follow_up', carol, { as: 'overdue', when: 'when its day is over' });
  await alice.goes('#incidents');
  await camera.asks(alice, `/incident retrospective ${id} https://wiki.example.com/retro/7`);
  await camera.surface('retrospective', alice, { as: 'published', when: 'when it is published' });
  await camera.surface('review', bob);
  await camera.surface('review', bob, { phone: true });
  await bob.goes('#incidents');
  await formBehind('Tick…', { who: bob, camera, on: 'Looks back on' });
  await camera.surface('review_reminder', bob);
}

async function incidentId({ ledger }: Stage): Promise<string> {
  const [incident] = await ledger.read.incidents(1);
  if (incident === undefined) throw new Error('No incident was declared.');
  return incident.id;
}
