import { z } from 'zod';
import type { AuditEntry } from '../../domain/event.ts';
import { IncidentId, RunId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import { assertScope } from './caller.ts';
import { answer, endpoint } from './endpoint.ts';
import { Limit, When } from './fields.ts';

const Id = z.string().regex(/^[A-Za-z0-9-]{1,63}$/, 'expected an id');

const AuditView = z
  .object({
    seq: z.int(),
    at: When,
    actor: z.string(),
    channel: z.string(),
    action: z.string(),
    subject: z.string(),
    incident: z.string().nullable(),
    run: z.string().nullable(),
    step: z.string().nullable(),
    plan_hash: z.string().nullable(),
    details: z.unknown().describe('What happened, as it was recorded. Never a secret.'),
    prev_hash: z.string(),
    hash: z.string().describe('SHA-256 of the line with prev_hash: each line proves the one before it.'),
  })
  .meta({ id: 'AuditLine' });

export const audit = endpoint({
  name: 'read_audit',
  method: 'get',
  path: '/v1/audit',
  summary: 'What happened, newest first',
  description:
    'Give `next` of one page as `before` of the next one. The scope cannot be narrowed to a service: a line may be about several.',
  scope: 'audit:read',
  input: z.object({
    query: z.strictObject({
      subject: z
        .string()
        .regex(/^[a-z]{2,20}:[A-Za-z0-9:#_.-]{1,120}$/, 'expected a subject such as key:key-4k9x2m7qpd')
        .optional(),
      run: Id.optional(),
      incident: Id.optional(),
      before: z.coerce.number().int().min(1).optional(),
      limit: Limit,
    }),
  }),
  answers: {
    200: { says: 'One page', schema: z.object({ entries: z.array(AuditView), next: z.int().nullable() }) },
  },
  perform: async ({ query: { subject, run, incident, before, limit } }, { deps, caller }) => {
    if (assertScope(caller, 'audit:read') !== 'all')
      throw new Refusal('not_allowed', 'audit:read for one service is not enough: a line may be about several.');
    const lines = await deps.ledger.read.audit({
      limit,
      ...(subject === undefined ? {} : { subject }),
      ...(run === undefined ? {} : { run: RunId.parse(run) }),
      ...(incident === undefined ? {} : { incident: IncidentId.parse(incident) }),
      ...(before === undefined ? {} : { before }),
    });
    const next = lines.length < limit ? null : (lines.at(-1)?.seq ?? null);
    return answer(200, { entries: lines.map(auditView), next });
  },
});

function auditView(entry: AuditEntry): z.input<typeof AuditView> {
  const { at, planHash, prevHash, details, ...rest } = entry;
  const parsed: unknown = JSON.parse(details);
  return { ...rest, at: at.toISOString(), plan_hash: planHash, prev_hash: prevHash, details: parsed };
}
