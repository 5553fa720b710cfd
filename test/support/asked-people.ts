import type { JsonObject } from '../../src/domain/run.ts';
import { MINUTE } from './builders.ts';
import { anEngineWorld } from './engine-world.ts';
import { aPlan, aPlannedStep } from './plans.ts';

const item = (id: string, more = {}) => ({ id, text: `Do ${id}`, ...more });

export const CHECKLIST: JsonObject = {
  question: 'Is payments-prod out of use?',
  assignee: 'group:security',
  checklist: [item('pulled'), item('cdn', { may_not_apply: true }), item('wiki', { required: false })],
};

export const FORM: JsonObject = {
  question: 'What did it cost?',
  assignee: 'group:security',
  form: {
    minutes: { type: 'int', label: 'Minutes down', min: 0, max: 600 },
    why: { type: 'text', label: 'Why' },
    next: { type: 'person', label: 'Who goes on', required: false },
  },
};

/** A run that waits at this `ask`, due in 30 minutes, between a step before and one after; two processes on its ledger. */
export async function askedPeople(asked: JsonObject) {
  const plan = aPlan([
    [aPlannedStep('before')],
    [aPlannedStep('asked', { uses: 'ask', effect: 'reads', dueMs: 30 * MINUTE, resolve: () => asked })],
    [aPlannedStep('then')],
  ]);
  const world = await anEngineWorld(plan);
  const [here, there] = [await world.open(), await world.open()];
  const id = await here.begin();
  const ask = await here.openAsk(id);
  return { world, here, there, id, ask, now: () => here.ledger.read.ask(ask.id) };
}
