import { z } from 'zod';
import { IncidentId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import { instantText } from '../domain/instant.ts';
import type { Key } from '../domain/key.ts';
import { PRODUCTION } from '../domain/key-facts.ts';
import { PermanentFailure } from '../errors.ts';
import { defineStep, type ForecastContext, type StepContext } from './contract.ts';
import { keyRef, peopleText } from './fields.ts';
import { foreseen } from './forecast.ts';
import { currentKey } from './look-up.ts';
import { isAboutLeak, roomWanted } from './room-wanted.ts';

const With = z.strictObject({
  title: peopleText.max(200).describe('What is wrong, in a line.'),
  severity: z
    .enum(['SEV1', 'SEV2', 'SEV3'])
    .optional()
    .describe('SEV2 for a key in production and SEV3 for another one when nothing is said.'),
  key: keyRef.optional().describe('The key that it is about; the key of this run when nothing is said.'),
  started_at: z.iso
    .datetime({ offset: true, error: 'expected an instant such as 2026-11-21T09:30:00Z' })
    .optional()
    .describe('When it began, such as 2026-11-21T09:30:00Z; now when nothing is said.'),
});

/** From here on the run belongs to an incident: what it does stands in its timeline, and its progress in its channel. */
export const incidentOpen = defineStep({
  uses: 'incident.open',
  summary: 'Declares an incident for a run that belongs to none, or joins the one that is open for its key.',
  with: With,
  outputs: z.strictObject({
    incident: z.string(),
    opened: z.boolean().describe('false: there was one already, of this run or for its key.'),
  }),
  effect: 'writes',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'That something was wrong stays on record; people close an incident.' },
  timeoutMs: 15_000,
  rehearsal: 'real',
  forecast: async ({ key: ref, title }, context) => {
    const { run, ledger, policy } = context;
    if (run.incident !== null) return foreseen({ calls: ['nothing: the run belongs to an incident already'] });
    const key = await keyOf(ref, context);
    const open = key === null ? null : await ledger.openIncidentOfKey(key.id);
    if (open !== null) return foreseen({ calls: [`ledger: join the incident ${open.id}, which is open for the key`] });
    const { team } = (await policy()).policy;
    return foreseen({
      calls: [`ledger: declare an incident: ${title ?? 'of this run'}`],
      notices: [`channel:${team.incident_channel}`],
    });
  },
  perform: async (input, context) => {
    const { run, ledger } = context;
    if (run.incident !== null) return { kind: 'done', outputs: { incident: run.incident, opened: false }, events: [] };
    const key = await keyOf(input.key, context);
    const open = key === null ? null : await ledger.openIncidentOfKey(key.id);
    const entered = (incident: IncidentId) => ({ type: 'entered_incident', run: run.id, incident }) as const;
    if (open !== null)
      return { kind: 'done', outputs: { incident: open.id, opened: false }, events: [entered(open.id)] };
    const incident = await incidentOf(input, key, context);
    const { policy } = await context.policy();
    const room = await roomWanted(ledger, incident, { policy, slug: key?.slug ?? null, isLeak: isAboutLeak(run) });
    return {
      kind: 'done',
      outputs: { incident: incident.id, opened: true },
      events: [{ type: 'incident_opened', incident }, ...room, entered(incident.id)],
    };
  },
});

async function keyOf(ref: z.output<typeof With>['key'], context: ForecastContext): Promise<Key | null> {
  if (ref !== undefined) return currentKey(context, ref);
  return context.run.key === null ? null : context.ledger.key(context.run.key);
}

async function incidentOf(
  { title, severity, started_at: startedAt }: z.output<typeof With>,
  key: Key | null,
  { run, now, newId, policy }: StepContext,
): Promise<Incident> {
  const { team } = (await policy()).policy;
  return {
    id: IncidentId.parse(newId('inc')),
    severity: severity ?? (key?.environment === PRODUCTION ? 'SEV2' : 'SEV3'),
    title,
    key: key?.id ?? null,
    keyClass: null,
    channel: team.incident_channel,
    openedBy: run.requestedBy,
    startedAt: startedAt === undefined ? now() : began(startedAt, now()),
    reportedAt: now(),
    containedAt: null,
    recoveredAt: null,
    closedAt: null,
    openPoints: [],
  };
}

function began(text: string, now: Date): Date {
  const at = new Date(text);
  if (at <= now) return at;
  throw new PermanentFailure(
    `\`started_at\` is ${instantText(at)}, which lies ahead: an incident that is opened now has begun already.`,
  );
}
