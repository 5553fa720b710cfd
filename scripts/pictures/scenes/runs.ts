import type { Cast } from '../../../test/journeys/journey.ts';
import { PAYMENTS } from '../../../test/journeys/payments.ts';
import type { Stage } from '../../../test/journeys/stage.ts';
import type { Camera } from '../camera.ts';
import type { Scene } from '../scene.ts';

/** Runbooks to look at and to start, and the verbs that steer a run. */
export const runs: Scene = {
  name: 'runs',
  setting: {
    ledger: {
      keys: [
        PAYMENTS,
        {
          slug: 'vault-pass',
          class: 'passphrase',
          provider: 'imported',
          service: 'vault',
          owner: 'carol',
          escalation: 'group:security',
          scopes: [],
          expires: 'never',
        },
      ],
    },
  },
  play: async (people, stage, camera) => {
    await looks(people, camera);
    await starts(people, camera);
    await steers(people, stage, camera);
  },
};

async function looks({ alice, bob }: Cast, camera: Camera): Promise<void> {
  await alice.goes('#general');
  await camera.asks(alice, '/runbook help');
  await camera.asks(alice, '/runbook list');
  await camera.asks(alice, '/runbook show R-KEY-EXPIRY');
  await camera.asks(alice, '/runbook show R-KEY-EXPIRY', { phone: true });
  await camera.asks(alice, '/runbook plan R-KEY-EXPIRY payments-prod');
  await camera.asks(alice, '/runbook plan R-KEY-EXPIRY payments-prod', { phone: true });
  await camera.asks(alice, '/runbook drill R-KEY-EXPIRY');
  await bob.goes('#general');
  await camera.asks(bob, '/runbook reload');
}

async function starts({ alice }: Cast, camera: Camera): Promise<void> {
  await alice.types('/runbook run');
  await alice.getsForm('Start a runbook');
  await camera.form(alice);
  await alice.closes();
  await alice.types('/runbook run R-REKEY-CONTROLLED');
  await alice.getsForm('Start a runbook');
  await camera.form(alice);
  await alice.closes();
  await camera.asks(alice, '/runbook run R-REKEY-CONTROLLED vault-pass because "a new quarter"');
}

async function steers({ alice, carol }: Cast, stage: Stage, camera: Camera): Promise<void> {
  const id = await newestRun(stage);
  await carol.goes('messages');
  await carol.sees('vault-pass', 'controlled rekey');
  await camera.surface('ask_dm', carol, { as: 'form' });
  await camera.asks(alice, '/runbook status');
  await camera.asks(alice, `/runbook status ${id}`, { as: 'one' });
  await camera.asks(alice, `/runbook pause ${id} because "a freeze of deploys"`);
  await camera.surface('run', alice, { as: 'paused', when: 'when somebody holds it' });
  await camera.asks(alice, `/runbook resume ${id}`);
  await camera.asks(alice, `/runbook retry ${id}`);
  await carol.goes('#general');
  await carol.types(`/runbook skip ${id}`);
  await carol.getsForm('Skip a step');
  await camera.form(carol);
  await carol.closes();
  await camera.asks(carol, `/runbook skip ${id} window because "agreed on the phone"`);
  await alice.types(`/runbook rerun ${id}`);
  await camera.form(alice);
  await alice.closes();
  await camera.asks(alice, `/runbook rerun ${id} from evidence because "the vault is back"`);
  await alice.types(`/runbook cancel ${id}`);
  await camera.form(alice);
  await alice.closes();
  await camera.asks(alice, `/runbook settle ${id} window yes because "I looked"`);
  await alice.presses('Details', 'R-REKEY-CONTROLLED');
  await camera.form(alice);
  await camera.form(alice, { phone: true });
  await alice.closes();
  await camera.asks(alice, `/runbook cancel ${id} because "wrong key"`);
  await camera.asks(alice, '/rotate-key payments-prod planned grace 24h because "a new quarter"', { as: 'planned' });
  await alice.types('/rotate-key status');
  await camera.asks(alice, `/rotate-key cancel ${await newestRun(stage)} because "not this week"`);
}

async function newestRun({ ledger }: Stage): Promise<string> {
  const [run] = await ledger.read.newestRuns({ open: true, limit: 1 });
  if (run === undefined) throw new Error('No run is under way.');
  return run;
}
