import { setTimeout as wait } from 'node:timers/promises';
import type { ApiFault } from '../faults.ts';
import { type Json, textOf } from '../json.ts';
import { sameText } from '../same-text.ts';
import { type Exchange, sendJson } from '../server/exchange.ts';
import { SlackError } from '../slack-error.ts';
import type { World } from '../world.ts';
import { argumentsOf } from './arguments.ts';
import { METHODS } from './index.ts';
import { type Method, requireScope } from './method.ts';
import { openRateLimits, type RateLimits } from './rate-limits.ts';

export interface Tokens {
  botToken: string;
  appToken: string;
}

interface Answer {
  status: number;
  body: Json;
  headers: Record<string, string>;
}

/** Answers `POST /api/<method>` like Slack: HTTP 200 with `ok: false` for a refusal, 429 with Retry-After. */
export function serveApi(world: World, tokens: Tokens): (exchange: Exchange, name: string) => Promise<void> {
  const limits = openRateLimits(world.strict, world.clock);
  return async (exchange, name) => {
    const delay = world.faults.delayOf(name);
    if (delay > 0) await wait(delay);
    const fault = world.faults.next(name);
    const { args, answer } = await answerTo(exchange, { name, fault, limits, tokens, world });
    const result = answer.status === 200 ? answer.body : { status: answer.status, ...answer.body };
    const lost = fault.kind === 'reply_lost';
    world.wire.add({ direction: 'from_app', kind: 'api', name, body: args, result: lost ? { lost, result } : result });
    // The effect stays; only the answer never arrives, as when a connection breaks at the worst moment.
    if (lost) exchange.request.socket.destroy();
    else sendJson(exchange, answer.status, answer.body, answer.headers);
  };
}

interface Call {
  name: string;
  fault: ApiFault;
  limits: RateLimits;
  tokens: Tokens;
  world: World;
}

async function answerTo(exchange: Exchange, call: Call): Promise<{ args: Json; answer: Answer }> {
  let args: Json = {};
  try {
    const given = await argumentsOf(exchange);
    args = given.args;
    return { args, answer: perform(given, call) };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return { args, answer: refusal(error, call.world) };
  }
}

function perform({ args, token }: { args: Json; token: string | undefined }, call: Call): Answer {
  const { name, fault, limits, tokens, world } = call;
  if (fault.kind === 'failed')
    return { status: fault.status, body: { ok: false, error: 'internal_error' }, headers: {} };
  if (fault.kind === 'rate_limited') return tooMany(fault.retryAfterSeconds);
  const method = METHODS.get(name);
  if (!method) throw new SlackError('unknown_method', { req_method: name });
  checkToken(method, token, tokens);
  requireScope(world, ...method.scopes);
  const retryAfter = limits.take(method, textOf(args.channel));
  if (retryAfter !== undefined) return tooMany(retryAfter);
  return { status: 200, body: { ok: true, ...method.call(args, world) }, headers: scopeHeaders(world, method) };
}

/** A token of the other kind is told apart from a wrong one, as Slack does. */
function checkToken(method: Method, token: string | undefined, { botToken, appToken }: Tokens): void {
  if (method.token === 'none') return;
  if (!token) throw new SlackError('not_authed');
  const isBot = sameText(token, botToken);
  const isApp = sameText(token, appToken);
  if (!isBot && !isApp) throw new SlackError('invalid_auth');
  if (method.token === 'bot' ? !isBot : !isApp) throw new SlackError('not_allowed_token_type');
}

function refusal(error: SlackError, world: World): Answer {
  return { status: 200, body: { ok: false, error: error.code, ...error.details }, headers: scopeHeaders(world) };
}

function tooMany(retryAfterSeconds: number): Answer {
  const headers = { 'retry-after': String(retryAfterSeconds) };
  return { status: 429, body: { ok: false, error: 'ratelimited' }, headers };
}

function scopeHeaders({ app }: World, method?: Method): Record<string, string> {
  return {
    'x-oauth-scopes': [...app.scopes].join(','),
    ...(method && method.scopes.length > 0 && { 'x-accepted-oauth-scopes': method.scopes.join(',') }),
  };
}
