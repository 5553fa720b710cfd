import { z } from 'zod';
import type { KeyFacts } from '../../engine/keys/keys.ts';
import { Refusal } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import { type ApiContext, answer, endpoint } from './endpoint.ts';
import { Class, Instant, Material, Name, Slug, Who } from './fields.ts';
import {
  ALREADY_SHOWN,
  assertInResponse,
  ClaimView,
  claimView,
  Delivery,
  offerToCaller,
  Recipient,
  takeOffer,
} from './hand-out.ts';
import { KeyView, keyView } from './key-view.ts';

const Facts = z.strictObject({
  slug: Slug,
  class: Class.default('api_key'),
  service: Name,
  environment: Name,
  owner: Who.nullable().default(null),
  escalation: Who.nullable().default(null),
  runbook: z.string().min(1).max(200).nullable().default(null),
  secret_ref: z
    .string()
    .min(3)
    .max(300)
    .nullable()
    .default(null)
    .describe('Where people keep it: op://vault/item/field.'),
  administers: Name.nullable()
    .default(null)
    .describe('The provider that this key administers. People who may administer say so, never a token.'),
  scopes: z.array(z.string().min(1).max(128)).max(100).default([]),
  rate_limit: z.int().min(1).max(1_000_000).nullable().default(null).describe('Calls per second.'),
  place: z
    .strictObject({ sink: Name, target: z.string().min(1).max(1_024) })
    .nullable()
    .default(null),
  probe_url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable()
    .default(null),
});

const Generate = Facts.extend({
  source: z.literal('generate'),
  delivery: Delivery.default('claim'),
  recipient: Recipient.default('owner'),
  expires_in_days: z.int().min(1).max(3_650).nullable().default(null).describe('null: the longest of its class.'),
  claims: z
    .record(z.string().max(64), z.json().meta({ id: 'Json' }))
    .nullable()
    .default(null)
    .describe('For a JWT: what it says besides.'),
});

const Import = Facts.extend({
  source: z.literal('import'),
  material: Material.nullable().default(null).describe('Its digest and last 4 are kept, never itself. null: unknown.'),
  expires_at: Instant.nullable().default(null),
});

const Created = z
  .object({
    key: KeyView,
    claim: ClaimView.nullable(),
    api_key: z.string().optional().describe('For `delivery: response`, in the first answer only.'),
    shown_once: z.string().optional(),
  })
  .meta({ id: 'Created' });

type Body = z.output<typeof Generate> | z.output<typeof Import>;

export const createKey = endpoint({
  name: 'create_key',
  method: 'post',
  path: '/v1/keys',
  summary: 'Generates a key, or registers one that lives elsewhere',
  description:
    'A generated key is pending until its material was handed over. With a `place` it goes there (`delivery: registered`); otherwise it is offered to `recipient`, or is in this answer.',
  scope: 'keys:create',
  confidential: ['material'],
  input: z.object({
    body: z.discriminatedUnion('source', [Generate, Import], { error: 'expected "generate" or "import"' }),
  }),
  answers: { 201: { says: 'The key', schema: Created } },
  perform: async ({ body }, context) => (body.source === 'import' ? imported(body, context) : generated(body, context)),
});

async function imported(body: z.output<typeof Import>, { deps, origin }: ApiContext) {
  const key = await deps.keys.import({
    ...origin,
    facts: factsIn(body),
    material: body.material === null ? null : new Secret(body.material),
    expiresAt: body.expires_at === null ? null : new Date(body.expires_at),
  });
  return answer(201, { key: keyView(key, deps.now()), claim: null });
}

async function generated(body: z.output<typeof Generate>, context: ApiContext) {
  const { deps, origin, caller } = context;
  assertPlaceFits(body);
  if (body.delivery === 'response') await assertInResponse(context, body);
  const { key, offer } = await deps.keys.generate({
    ...origin,
    facts: factsIn(body),
    expiresInDays: body.expires_in_days,
    claims: body.claims,
    recipient: body.delivery === 'response' ? caller.actor : body.recipient,
  });
  if (body.delivery !== 'response') {
    // The offer is missing when this request was cut off the first time and comes again.
    const claim = offer?.claim ?? (await deps.ledger.read.claimsOfKey(key.id))[0];
    return answer(201, { key: keyView(key, deps.now()), claim: claim === undefined ? null : claimView(claim) });
  }
  // Also when a crash came between: the offer is found by its key, and can be taken once.
  const own = await offerToCaller(context, key.id);
  const secret = own === null ? null : await takeOffer(context, own);
  const now = (await deps.ledger.read.key(key.id)) ?? key;
  const shown = { key: keyView(now, deps.now()), claim: null };
  return secret === null
    ? answer(201, { ...shown, shown_once: ALREADY_SHOWN })
    : answer(201, shown, { once: { api_key: secret } });
}

function assertPlaceFits({ delivery, place }: z.output<typeof Generate>): void {
  if ((delivery === 'registered') === (place !== null)) return;
  throw new Refusal(
    'bad_request',
    place === null
      ? 'delivery: registered needs a `place`, which this request does not have.'
      : 'A key with a `place` goes there: ask with delivery registered, or leave the place out.',
  );
}

function factsIn(body: Body): KeyFacts {
  return {
    slug: body.slug,
    class: body.class,
    service: body.service,
    environment: body.environment,
    owner: body.owner,
    escalation: body.escalation,
    runbook: body.runbook,
    secretRef: body.secret_ref,
    administers: body.administers,
    scopes: body.scopes,
    rateLimit: body.rate_limit,
    delivery: body.place,
    probeUrl: body.probe_url,
  };
}
