import type { Config } from '../../config.ts';
import { createLog } from '../../log.ts';
import { loadPolicy } from '../../runbook/policy-file.ts';
import type { Secret } from '../../secret.ts';
import { checkSlack } from '../../slack/check.ts';
import { failureOf, webClient } from '../../slack/web.ts';
import { type Check, look, ok, problem, skipped } from './check.ts';

/** Tokens, scopes against the manifest, the people and the channel of the policy. Nothing is posted. */
export async function slackChecks({ slack, runbooksDir }: Config): Promise<Check[]> {
  if (slack === null) return [await look('slack', () => skipped('off: no SLACK_BOT_TOKEN, or SLACK_MODE=off'))];
  const log = createLog({ level: 'silent' });
  const { policy } = await loadPolicy(runbooksDir).catch(() => ({ policy: null }));
  if (policy === null)
    return [await look('slack', () => skipped('the policy, which says who is asked where, cannot be read'))];
  const bot = webClient(slack.botToken, { apiUrl: slack.apiUrl, log });
  const found = await checkSlack(bot, { policy, samples: [] });
  return [
    ...found.map(({ what, ok: right, detail }) => ({
      name: `slack ${what}`,
      ...(right ? ok(detail) : problem('not right', [detail])),
    })),
    ...(slack.mode === 'socket' && slack.appToken !== null ? [await appTokenCheck(slack.appToken, slack.apiUrl)] : []),
  ];
}

function appTokenCheck(token: Secret, apiUrl: string | undefined): Promise<Check> {
  return look('slack app token', async () => {
    try {
      await webClient(token, { apiUrl, log: createLog({ level: 'silent' }) }).apps.connections.open();
      return ok('opens Socket Mode connections');
    } catch (error) {
      const advice = 'It needs connections:write: Basic Information, App-Level Tokens. Then set SLACK_APP_TOKEN.';
      return problem(`Slack says ${failureOf(error).error}`, [advice]);
    }
  });
}
