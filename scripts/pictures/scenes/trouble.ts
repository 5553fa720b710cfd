import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PAYMENTS } from '../../../test/journeys/payments.ts';
import { DAY_MS, formBehind, HOUR_MS, type Scene } from '../scene.ts';

/** What goes wrong: a place that cannot be written, a step that a crash left open, a runbook that wants more, a channel that is gone. */
export const trouble: Scene = {
  name: 'trouble',
  setting: { ledger: { keys: [PAYMENTS, { ...PAYMENTS, slug: 'reports-prod', service: 'reports' }] } },
  play: async ({ alice, bob, carol }, stage, camera) => {
    const { runbooksDir, workspace } = stage;
    const changed = join(runbooksDir, 'R-KEY-EXPIRY.yaml');
    const text = readFileSync(changed, 'utf8');
    writeFileSync(changed, text.replace(/^title: (.*)$/m, 'title: $1, as the team does it'));
    await bob.goes('#general');
    await bob.types('/runbook reload');
    await camera.surface('runbook_change', bob);
    writeFileSync(changed, text.replace('sinks: [file]', 'sinks: [file, vault]'));
    await camera.asks(bob, '/runbook reload', { as: 'held-back' });
    await formBehind('Agree…', { who: bob, camera });

    await alice.goes('#incidents');
    await alice.types('/rotate-key payments-prod exploited because "token in a public gist"');
    await bob.goes('messages');
    await bob.sees('Approval needed', 'payments-prod');
    const place = placeOf(stage.ledgerFile, 'payments-prod');
    rmSync(place);
    mkdirSync(place);
    await bob.opens('Review', 'Review', 'Approval needed');
    await bob.fills({ 'Your decision': 'Approve', Reason: 'Seen the rejected calls.' });
    await bob.sends();
    for (let hours = 0; hours < 6; hours++) await stage.passes(HOUR_MS);
    await camera.surface('run_failed', alice);
    await camera.surface('run_failed', alice, { phone: true });
    await carol.goes('messages');
    workspace.person('U0BOB').archive('C0INCIDENTS');
    await stage.passes(DAY_MS);
    await camera.surface('alarm', bob);
  },
};

function placeOf(ledgerFile: string, slug: string): string {
  return join(dirname(dirname(ledgerFile)), 'payments', `${slug}.key`);
}
