import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunId, StepId } from '../../../src/domain/ids.ts';
import { PAYMENTS } from '../../../test/journeys/payments.ts';
import { formBehind, type Scene } from '../scene.ts';

const RUNBOOK = `
runbook: R-TWO-QUESTIONS
title: Two people are asked at the same time
owner: group:security
review_by: 2030-01-01
applies_to: [api_key]
inputs: { key: { type: key } }
identify: { waived: nothing to find out }
contain: { waived: nothing to stop }
investigate: { waived: nothing to look into }
recover:
  - parallel:
      - { id: worker, uses: ask, with: { question: Does the worker read the new key?, assignee: carol } }
      - { id: reports, uses: ask, with: { question: Do the reports read the new key?, assignee: carol } }
communicate: { waived: nobody to tell }
`;

/** Several questions at once; then the one thing that nobody can do on purpose: a crash at the worst instant, written as the engine writes it. */
export const crash: Scene = {
  name: 'crash',
  setting: {
    ledger: { keys: [PAYMENTS] },
    prepare: (runbooksDir) => writeFileSync(join(runbooksDir, 'R-TWO-QUESTIONS.yaml'), RUNBOOK),
  },
  play: async ({ alice, bob, carol }, stage, camera) => {
    await bob.goes('#incidents');
    await bob.types('/runbook run R-TWO-QUESTIONS payments-prod because "both read from one file"');
    await carol.goes('messages');
    await carol.sees('Do the reports read the new key');
    await carol.sees('Does the worker read the new key');
    await formBehind('Take over', { who: bob, camera, on: 'R-TWO-QUESTIONS' });

    const { read } = stage.ledger;
    const [id] = await read.newestRuns({ open: true, limit: 1 });
    const run = id === undefined ? null : await read.run(RunId.parse(id));
    const { worker } = run?.steps ?? {};
    if (run === null || worker === undefined) throw new Error('The run did not begin.');
    const record = {
      ...worker,
      step: StepId.parse('worker'),
      state: 'in_doubt' as const,
      question: 'Was the worker told to read the new key?',
    };
    const origin = { at: stage.now(), actor: 'system:pictures', channel: 'cli', run: run.id } as const;
    await stage.ledger.record(origin, async () => ({
      events: [{ type: 'step_recorded', run: run.id, record }],
      result: undefined,
    }));
    await alice.goes('#incidents');
    await camera.surface('doubt', alice);
    await formBehind('Say what happened', { who: alice, camera, on: 'Did worker happen' });
  },
};
