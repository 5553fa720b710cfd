import type { Config } from '../../config.ts';
import type { SmtpSpec, WebhookSpec } from '../../domain/outside.ts';
import { sentenceOf } from '../../errors.ts';
import { openSession } from '../../providers/mail-server.ts';
import { sendWebhook } from '../../providers/send-webhook.ts';
import { randomId } from '../../random-id.ts';
import { loadOutside } from '../../runbook/connections-file.ts';
import { type Check, look, ok, problem, skipped } from './check.ts';

/** The ways out for notices: each mail server up to the sign-in, without a mail; each webhook that allows it by a signed ping. */
export async function* outsideChecks(config: Config): AsyncGenerator<Check> {
  const outside = await loadOutside(config.runbooksDir).catch(() => null);
  if (outside === null) return;
  for (const [name, spec] of Object.entries(outside.smtp)) yield await mailCheck(name, spec, config);
  for (const [name, spec] of Object.entries(outside.webhooks)) yield await webhookCheck(name, spec, config);
}

function mailCheck(name: string, spec: SmtpSpec, { keysDir, probeHosts: allow }: Config): Promise<Check> {
  return look(`mail server ${name}`, async () => {
    try {
      const { proved, close } = await openSession(spec, { keysDir, allow });
      close();
      return ok(`${spec.host}:${spec.port}: ${proved}; no mail was sent`);
    } catch (error) {
      return problem(`${spec.host}:${spec.port} cannot be used`, [sentenceOf(error)]);
    }
  });
}

function webhookCheck(name: string, spec: WebhookSpec, { keysDir, probeHosts: allow }: Config): Promise<Check> {
  return look(`webhook ${name}`, async () => {
    if (!spec.ping) return skipped('its entry does not say `ping: true`, so nothing was sent');
    const id = randomId('png');
    const body = JSON.stringify({ id, type: 'ping', created_at: new Date().toISOString() });
    const attempt = await sendWebhook(spec, { id, body }, { keysDir, allow, now: () => new Date() });
    return attempt.kind === 'taken' ? ok(attempt.answer) : problem('the signed ping was not taken', [attempt.why]);
  });
}
