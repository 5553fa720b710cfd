import type { Config } from '../../config.ts';
import { createLog } from '../../log.ts';
import { loadPolicy } from '../../runbook/policy-file.ts';
import type { Secret } from '../../secret.ts';
import { checkSlack, type Check as Found } from '../../slack/check.ts';
import { failureOf, webClient } from '../../slack/web.ts';
import { counted } from '../print.ts';
import { type Check, look, ok, problem, skipped } from './check.ts';
import { shownBy } from './slack-samples.ts';

/** Tokens, scopes against the manifest, people and channels of the policy and of open incidents, and what is shown. Nothing is posted. */
export async function slackChecks(config: Config): Promise<Check[]> {
  const { slack, runbooksDir } = config;
  if (slack === null) return [await look('slack', () => skipped('off: no SLACK_BOT_TOKEN, or SLACK_MODE=off'))];
  const log = createLog({ level: 'silent' });
  const { policy } = await loadPolicy(runbooksDir).catch(() => ({ policy: null }));
  if (policy === null)
    return [await look('slack', () => skipped('the policy, which says who is asked where, cannot be read'))];
  const bot = webClient(slack.botToken, { apiUrl: slack.apiUrl, log });
  // A ledger or runbooks that cannot be read are told of by the checks of their own.
  const shown = await shownBy(config).catch(() => ({ samples: [], channels: [] }));
  const found = await checkSlack(bot, { policy, ...shown });
  return [
    ...found.filter((one) => !isSoundView(one)).map(asCheck),
    ...soundViews(found),
    ...(slack.mode === 'socket' && slack.appToken !== null ? [await appTokenCheck(slack.appToken, slack.apiUrl)] : []),
  ];
}

function asCheck({ what, ok: right, detail }: Found): Check {
  return { name: `slack ${what}`, ...(right ? ok(detail) : problem('not right', [detail])) };
}

function isSoundView({ what, ok: right }: Found): boolean {
  return right && what.startsWith('view ');
}

/** One line for all of them: what is right needs no list. */
function soundViews(found: readonly Found[]): Check[] {
  const { length } = found.filter(isSoundView);
  const says = `Slack takes ${counted(length, 'message')} that this installation shows, drawn anew`;
  return length === 0 ? [] : [{ name: 'slack views', ...ok(says) }];
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
