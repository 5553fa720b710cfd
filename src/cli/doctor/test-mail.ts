import type { Config } from '../../config.ts';
import { domainOf, MailAddress, mayWriteTo, type SmtpSpec } from '../../domain/outside.ts';
import type { MailDeps } from '../../providers/mail-server.ts';
import { sendMail } from '../../providers/send-mail.ts';
import { randomId } from '../../random-id.ts';
import { loadOutside } from '../../runbook/connections-file.ts';
import { loadPolicy } from '../../runbook/policy-file.ts';
import { type Check, type Finding, look, ok, problem, skipped } from './check.ts';

interface Wanted extends Pick<MailDeps, 'resolve'> {
  /** As policy.yaml calls them. */
  person: string;
}

/** One mail over each server of `smtp` to somebody of policy.yaml, which says of itself that it is a test; only when it is asked for. */
export async function* testMailChecks(config: Config, { person, resolve }: Wanted): AsyncGenerator<Check> {
  const found = await addressOf(person, config);
  if (typeof found !== 'string') {
    yield { name: 'test mail', ...found };
    return;
  }
  const { smtp } = await loadOutside(config.runbooksDir);
  const servers = Object.entries(smtp);
  if (servers.length === 0)
    yield {
      name: 'test mail',
      ...problem('nothing was sent: no mail server is known', ['Write one under `smtp` in connections.yaml.']),
    };
  for (const [name, spec] of servers)
    yield await look(`test mail over ${name}`, () => tried(spec, found, { config, ...(resolve && { resolve }) }));
}

async function addressOf(person: string, { runbooksDir }: Config): Promise<string | Finding> {
  const loaded = await loadPolicy(runbooksDir).catch(() => null);
  if (loaded === null) return problem('nothing was sent: the policy cannot be read', ['Type: rekey runbooks lint']);
  const { people } = loaded.policy;
  const known = Object.hasOwn(people, person) ? people[person] : undefined;
  if (known === undefined)
    return problem(`nothing was sent: policy.yaml knows no ${person}`, [
      `Name one of ${Object.keys(people).slice(0, 10).join(', ')}.`,
    ]);
  const address = MailAddress.safeParse(known.email);
  if (address.success) return address.data;
  return problem(`nothing was sent: policy.yaml has no usable e-mail address of ${person}`, [
    `Write it there: people: { ${person}: { email: ${person}@example.com } }`,
  ]);
}

async function tried(
  spec: SmtpSpec,
  to: string,
  { config, resolve }: Pick<MailDeps, 'resolve'> & { config: Config },
): Promise<Finding> {
  if (!mayWriteTo(spec, to))
    return skipped(`${domainOf(to)} is not among its recipient_domains, so nothing was sent over it`);
  const id = `<${randomId('tst')}@${domainOf(spec.from)}>`;
  const { keysDir, probeHosts: allow } = config;
  const mail = { messageId: id, to, subject: SUBJECT, text: `${TEXT}\n`, html: `<p>${TEXT}</p>`, date: new Date() };
  const attempt = await sendMail(spec, mail, { keysDir, allow, ...(resolve && { resolve }) });
  if (attempt.kind === 'taken') return ok(`${spec.host} took it for ${to}: ${attempt.answer}. See whether it arrives.`);
  const what = attempt.kind === 'unknown' ? 'nobody knows whether it was taken' : 'it was not taken';
  return problem(`${what} by ${spec.host} for ${to}`, [attempt.why]);
}

const SUBJECT = 'Test mail of Rekey: nothing happened';
const TEXT =
  'This is a test. Somebody typed rekey doctor --send-test to see whether mail of Rekey arrives. No key is affected and there is nothing to do.';
