import type { Actor, IncidentId } from '../../domain/ids.ts';
import { assertMay } from '../../domain/policy.ts';
import type { ForeseenTelling, RunbookPlan } from '../../domain/runbook-plan.ts';
import { Refusal, unrepeated } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { circlesOf } from '../../steps/notice-letter.ts';
import { openRival } from '../../steps/notice-rival.ts';
import type { EngineDeps } from '../deps.ts';
import type { Origin } from '../engine.ts';
import { assertNoSecretIn, assertReason } from '../keys/record-on-key.ts';
import type { PlanRequest } from '../plan/plan-runbook.ts';
import { auditRefusal } from '../refusals.ts';
import type { Begun, RunRequest } from '../runbooks/run-runbook.ts';
import { findKey } from '../which-key.ts';

export type TellDeps = Pick<EngineDeps, 'ledger' | 'policy' | 'outside' | 'now' | 'log'> & {
  run: (request: RunRequest) => Promise<Begun>;
  plan: (request: PlanRequest) => Promise<RunbookPlan>;
};

interface Wanted {
  /** `callers, peers`, `contact:partner`: as in `to` of the step kind notice.send. */
  to: string;
  dataIntegrity: string;
  template: string | null;
}

export interface ToldByHand extends Origin, Wanted {
  reason: string;
}

/** Of a key, or of the key of an incident. */
export type Previewed = Wanted & { actor: Actor } & ({ key: string } | { incident: IncidentId });

export interface NoticePreview {
  /** Null when it would not come so far, see `problems`. */
  telling: ForeseenTelling | null;
  /** Who would be asked to approve it. */
  asked: readonly string[];
  /** Why it would not begin, or would fail, as things stand. */
  problems: readonly string[];
}

const TELL_RUNBOOK = 'R-TELL-OUTSIDE';

export async function tell(deps: TellDeps, request: ToldByHand & { incident: IncidentId }): Promise<Begun> {
  return tellOfKey(deps, { ...request, key: await keyOf(deps, request.incident) });
}

export async function tellOfKey(
  deps: TellDeps,
  request: ToldByHand & { key: string; incident?: IncidentId },
): Promise<Begun> {
  const { key: named, reason, actor, channel, dedupe, incident } = request;
  const key = await findKey(deps.ledger.read, named);
  await auditRefusal(deps, { origin: request, what: 'notify' }, async () => {
    assertReason(reason);
    await assertCanBeSaid(deps, request);
    const { policy } = await deps.policy();
    assertMay(policy, 'notify', { actor, subject: key });
    if (incident !== undefined) await assertOpen(deps.ledger.read, incident);
    await assertNotAsked(deps, request);
  });
  const asked = { runbook: TELL_RUNBOOK, key: key.id, inputs: inputsOf(request), reason };
  return deps.run({ actor, channel, dedupe, ...asked, ...(incident !== undefined && { incident }) });
}

export async function previewNotice(deps: TellDeps, request: Previewed): Promise<NoticePreview> {
  const { actor } = request;
  const incident = 'incident' in request ? request.incident : null;
  const named = 'incident' in request ? await keyOf(deps, request.incident) : request.key;
  const key = await findKey(deps.ledger.read, named);
  assertMay((await deps.policy()).policy, 'notify', { actor, subject: key });
  await assertCanBeSaid(deps, request);
  return foreseen(deps, { ...request, key: key.id, incident });
}

async function foreseen(
  deps: TellDeps,
  { key, incident, actor, ...wanted }: Wanted & { key: string; incident: IncidentId | null; actor: Actor },
): Promise<NoticePreview> {
  const asked = { runbook: TELL_RUNBOOK, key, inputs: inputsOf(wanted), actor };
  const { start, run } = await deps.plan({ ...asked, ...(incident !== null && { incident }) });
  const step = run.steps.find(({ telling }) => telling !== undefined);
  const deciding = (step?.people ?? []).filter(({ terms, later }) => terms !== undefined && later !== true);
  return {
    telling: step?.telling ?? null,
    asked: [...new Set(deciding.flatMap(({ who }) => who))],
    problems: [...start.obstacles.map(({ sentence }) => sentence), ...run.steps.flatMap(({ problems }) => problems)],
  };
}

async function assertOpen(read: LedgerReader, id: IncidentId): Promise<void> {
  if ((await read.incident(id))?.closedAt == null) return;
  throw new Refusal('incident_closed', `${id} is closed. Open it again first: /incident reopen ${id}`);
}

/** Somebody else may have asked already, or the same person, who was not told that it worked. */
async function assertNotAsked(
  deps: TellDeps,
  request: ToldByHand & { key: string; incident?: IncidentId },
): Promise<void> {
  const { read } = deps.ledger;
  if (await isRepeated(deps, request)) return;
  const key = await findKey(read, request.key);
  const { telling } = await foreseen(deps, { ...request, key: key.id, incident: request.incident ?? null });
  const rival = await openRival(key, telling?.draft?.addressees ?? [], { ledger: read, own: null });
  if (rival === null) return;
  throw new Refusal(
    'already_asked',
    `${rival.id} about the same key to the same people waits for its approval or is on its way. Let it be decided, or withdraw it: rekey notices withdraw ${rival.id}`,
  );
}

// The same request once more is answered as it was the first time.
async function isRepeated({ ledger, now }: TellDeps, { actor, channel, dedupe }: Origin): Promise<boolean> {
  return ledger.record<boolean>({ at: now(), actor, channel }, async ({ seen }) => ({
    events: [],
    result: (await seen(dedupe.source, dedupe.id)) !== null,
  }));
}

async function assertCanBeSaid({ outside }: TellDeps, { to, dataIntegrity, template }: Wanted): Promise<void> {
  assertNoSecretIn({ dataIntegrity });
  if (circlesOf(to) === null)
    throw new Refusal(
      'bad_recipients',
      `Expected callers, peers, contact:…, caller:… or peer:…, with commas between; got ${unrepeated(to)}.`,
    );
  if (template !== null) await outside.template(template);
}

function inputsOf({ to, dataIntegrity, template }: Wanted): Record<string, string> {
  return { to, data_integrity: dataIntegrity, ...(template !== null && { template }) };
}

async function keyOf({ ledger }: TellDeps, id: IncidentId): Promise<string> {
  const incident = await ledger.read.incident(id);
  if (incident?.key != null) return incident.key;
  throw new Refusal('no_key', `${id} is about no key, so there is nothing to tell people outside of.`);
}
