import { z } from 'zod';

const Name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected a name of lower-case letters, digits, - and _');
const Domain = z
  .string()
  .regex(/^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/, 'expected a domain in lower case, such as partner.example');
const Line = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{C}\p{Zl}\p{Zp}<>"]+$/u, 'expected one line without <, > and "');

/** As strict as a mail header wants it: one address, nothing quoted, no comment, no second one behind a comma. */
export const MailAddress = z
  .string()
  .max(254)
  .regex(
    /^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$/,
    'expected one e-mail address such as ops@partner.example',
  );

const SecretFile = Name.describe('Name of a file (mode 0600) in the folder `connections` of the keys folder.');

/** A server that takes mail, under `smtp` in runbooks/connections.yaml. */
export const SmtpSpec = z
  .strictObject({
    host: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$/, 'expected a host name in lower case, or an address')
      .describe('Where it is; REKEY_PROBE_HOSTS has to list it with its port.'),
    port: z.int().min(1).max(65_535).default(465),
    tls: z
      .enum(['implicit', 'starttls', 'none'])
      .default('implicit')
      .describe('none: only to a server on this machine, and never with a password.'),
    ca_file: Name.optional().describe(
      'PEM of the authority that signs the certificate of a server of your own; a file in the folder `connections`.',
    ),
    from: MailAddress.describe('Whom the mail comes from.'),
    from_name: Line.default('Rekey'),
    auth: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('none') }),
        z.strictObject({ type: z.literal('password'), user: Line, secret_file: SecretFile }),
      ])
      .default({ type: 'none' }),
    recipient_domains: z.array(Domain).min(1).max(100).describe('Nobody in another domain is written to.'),
    timeout_seconds: z.int().min(1).max(60).default(20).describe('For one mail, name look-up included.'),
  })
  .refine(({ tls, auth }) => tls !== 'none' || auth.type === 'none', {
    path: ['auth'],
    message: 'expected no password where nothing is encrypted',
  });
export type SmtpSpec = z.infer<typeof SmtpSpec>;

/** Somebody’s receiver of signed notices, under `webhooks` in runbooks/connections.yaml. */
export const WebhookSpec = z.strictObject({
  url: z
    .string()
    .max(1_000)
    .refine(isTarget, 'expected an https URL without user name, query and #; http only on this machine'),
  secret_file: SecretFile.describe('What both sides sign with: at least 32 characters, mode 0600.'),
  timeout_seconds: z.int().min(1).max(60).default(10),
  /** Whether `rekey doctor` may send a signed ping. */
  ping: z.boolean().default(false),
});
export type WebhookSpec = z.infer<typeof WebhookSpec>;

const Stand = z
  .string()
  .regex(/^(caller|peer):[^\s,]{1,200}$/, 'expected caller:<name> or peer:<name>, such as caller:payments-worker');

/** Who is behind a caller or a peer, under `contacts` in runbooks/connections.yaml. */
export const Contact = z
  .strictObject({
    name: Line.describe('How they are addressed.'),
    for: z.array(Stand).min(1).max(100).describe('What they stand for.'),
    inside: z
      .string()
      .regex(/^(group:)?[a-z0-9][a-z0-9_-]{0,62}$/, 'expected a person or group:<name> of policy.yaml')
      .optional()
      .describe('People of policy.yaml: told in Slack, without an approval. In place of `mail` and `webhook`.'),
    mail: z.strictObject({ to: MailAddress, over: Name.describe('One of `smtp`.') }).optional(),
    webhook: Name.optional().describe('One of `webhooks`.'),
  })
  .refine(({ inside, mail, webhook }) => (inside !== undefined) !== (mail !== undefined || webhook !== undefined), {
    message: 'expected `inside`, or `mail` and `webhook` or one of them',
  });
export type Contact = z.infer<typeof Contact>;

/** What connections.yaml says of the world outside. */
export const OutsideSpecs = {
  smtp: z.record(Name, SmtpSpec).default({}),
  webhooks: z.record(Name, WebhookSpec).default({}),
  contacts: z.record(Name, Contact).default({}),
};
export type Outside = { [K in keyof typeof OutsideSpecs]: Readonly<z.output<(typeof OutsideSpecs)[K]>> };

export const NOBODY_OUTSIDE: Outside = { smtp: {}, webhooks: {}, contacts: {} };

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

/** May this server write to this address? Subdomains are other domains. */
export function mayWriteTo({ recipient_domains: domains }: SmtpSpec, address: string): boolean {
  return domains.includes(domainOf(address));
}

function isTarget(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || text.includes('?') || url.hash !== '') return false;
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isHere);
}
