import { WebAPIPlatformError } from '@slack/web-api';
import { expect, test } from 'vitest';
import { PATIENCE } from '../../src/slack/deps.ts';
import { NoSuchChannel, Undeliverable } from '../../src/slack/notify/address.ts';
import { verdictOn } from '../../src/slack/notify/verdict.ts';

const refusedWith = (error: string) => new WebAPIPlatformError({ ok: false, error, response_metadata: {} });
const waits = (error: unknown) =>
  Array.from({ length: 200 }, (_, tries) => verdictOn(error, { tries, ...PATIENCE }).next);

test.each([
  ['internal_error', refusedWith('internal_error')],
  ['fatal_error', refusedWith('fatal_error')],
  ['service_unavailable', refusedWith('service_unavailable')],
  ['request_timeout', refusedWith('request_timeout')],
  ['a broken network', new Error('socket hang up')],
])('a message is never given up because of %s, and tried at least every 30 s', (_name, error) => {
  for (const next of waits(error)) expect(next).toMatchObject({ do: 'hold_channel' });
  expect(waits(error).at(-1)).toEqual({ do: 'hold_channel', ms: 30_000 });
  expect(verdictOn(error, { tries: 0, ...PATIENCE }).surelyNotPosted).toBe(false);
});

test.each([
  ['the channel is not there yet', new NoSuchChannel('there is no channel #incidents')],
  ['Rekey is not in the channel', refusedWith('not_in_channel')],
  ['Slack does not show the channel', refusedWith('channel_not_found')],
])('a message waits while %s, from 30 s up to 5 min apart', (_name, error) => {
  expect(waits(error)[0]).toEqual({ do: 'hold_channel', ms: 30_000 });
  expect(waits(error).at(-1)).toEqual({ do: 'hold_channel', ms: 300_000 });
});

test('a message that can never arrive is given up', () => {
  for (const error of [new Undeliverable('policy.yaml does not know bob any more'), refusedWith('is_archived')])
    expect(waits(error)[0]).toEqual({ do: 'give_up' });
});
