import type { Json } from '../json.ts';
import { signatureOf } from './sign.ts';
import type { Ack, Envelope, Transport } from './transport.ts';

interface Options {
  requestUrl: string;
  signingSecret: string;
  ackMs: number;
  clock: () => number;
}

/** Posts every delivery to the app's request URL, signed as Slack signs. */
export function openSignedHttp(options: Options): Transport {
  return {
    kind: 'http',
    async deliver(envelope) {
      try {
        const { status, text } = await post(options, bodyOf(envelope), headersOf(envelope));
        if (status === 200) return { kind: 'acked', reply: replyOf(text) };
        return failed('dispatch_failed', `The app answered ${status}.`);
      } catch (error) {
        const timedOut = error instanceof Error && error.name === 'TimeoutError';
        return failed(timedOut ? 'operation_timeout' : 'dispatch_failed', String(error));
      }
    },
  };
}

/** What Slack does when a request URL is entered; the app must send the challenge back. */
export async function verifyRequestUrl(options: Options, challenge: string): Promise<boolean> {
  const body = JSON.stringify({ type: 'url_verification', token: 'legacy-token-not-for-verification', challenge });
  const { status, text } = await post(options, body, { 'content-type': 'application/json' });
  return status === 200 && text.includes(challenge);
}

async function post({ requestUrl, signingSecret, ackMs, clock }: Options, body: string, headers: Headers) {
  const timestamp = String(Math.floor(clock() / 1000));
  const response = await fetch(requestUrl, {
    method: 'POST',
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(ackMs),
    headers: {
      ...headers,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signatureOf(signingSecret, timestamp, body),
    },
  });
  return { status: response.status, text: await response.text() };
}
type Headers = Record<string, string>;

/** Commands are a plain form, interactions a form with one JSON field, events are JSON. */
function bodyOf({ type, payload }: Envelope): string {
  if (type === 'events_api') return JSON.stringify(payload);
  if (type === 'interactive') return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return formOf(payload);
}

function formOf(payload: Json): string {
  return new URLSearchParams(
    Object.entries(payload).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
}

function headersOf({ type, retry }: Envelope): Headers {
  return {
    // Exactly this: some receivers refuse a form whose type carries a charset.
    'content-type': type === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded',
    ...(retry && { 'x-slack-retry-num': String(retry.attempt), 'x-slack-retry-reason': retry.reason }),
  };
}

/** JSON when it is JSON; a bare text is the text of the answer. */
function replyOf(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}

const failed = (error: 'operation_timeout' | 'dispatch_failed', detail: string): Ack => ({
  kind: 'failed',
  error,
  detail,
});
