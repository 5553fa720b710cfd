import { z } from 'zod';
import { PermanentFailure } from '../errors.ts';
import { defineStep } from './contract.ts';
import { peopleText, together } from './fields.ts';
import { foreseen } from './forecast.ts';

const said = peopleText.max(1_000).optional();

const With = z
  .strictObject({
    severity: z.enum(['SEV1', 'SEV2', 'SEV3']).optional().describe('Its new severity.'),
    title: peopleText.max(200).optional().describe('What it is called from now on.'),
    conditions: said.describe('What is the case: what works, what does not, for whom.'),
    actions: said.describe('What is being done about it, and by whom.'),
    needs: said.describe('What is missing: a decision, a person, a piece of information.'),
    note: said.describe('Anything else, for the timeline.'),
  })
  .refine(
    (fields) => Object.values(fields).some((field) => field !== undefined),
    together('at least one of `severity`, `title`, `conditions`, `actions`, `needs` and `note`'),
  );

/** What people have to know now, in the order in which they are asked for it: conditions, actions, needs. */
export const incidentUpdate = defineStep({
  uses: 'incident.update',
  summary: 'Says how an incident stands: its severity, its title, and what is the case, is being done and is missing.',
  with: With,
  outputs: z.strictObject({ incident: z.string() }),
  effect: 'writes',
  onlyTells: true,
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'What was said was said; the next update says what is true then.' },
  timeoutMs: 15_000,
  rehearsal: 'real',
  forecast: async (input, { incident }) => {
    const said = Object.entries(input).flatMap(([name, text]) => (text === undefined ? [] : [`${name} “${text}”`]));
    return foreseen({
      calls: [`ledger: say how the incident stands: ${said.join(', ') || 'known only then'}`],
      notices: incident === null ? [] : [`channel:${incident.channel}`],
    });
  },
  perform: async (input, { incident, run }) => {
    if (incident === null)
      throw new PermanentFailure(`${run.runbook.id} belongs to no incident; begin it with incident.open.`);
    if (incident.closedAt !== null)
      throw new PermanentFailure(
        `${incident.id} was closed at ${incident.closedAt.toISOString()}; it does not change any more.`,
      );
    const { severity = null, title = null, conditions = null, actions = null, needs = null, note = null } = input;
    const report = { severity, title, conditions, actions, needs, note };
    return {
      kind: 'done',
      outputs: { incident: incident.id },
      events: [{ type: 'situation_reported', incident: incident.id, report }],
    };
  },
});
