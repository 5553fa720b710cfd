import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { say } from '../../src/slack/views/say.ts';
import { openVoice, SecretBlocked } from '../../src/slack/voice.ts';
import { webClient } from '../../src/slack/web.ts';
import { aLog, BOT_TOKEN } from './support.ts';

async function aServer(answer: { status: number; location?: string }) {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { url: `http://127.0.0.1:${address.port}`, paths };
}

const voiceAt = (url: string) =>
  openVoice(webClient(new Secret(BOT_TOKEN), { apiUrl: `${url}/api/`, log: aLog().log }));

test('an answer goes to Slack’s own response address', async () => {
  const slack = await aServer({ status: 200 });
  await voiceAt(slack.url).respond(`${slack.url}/commands/1`, say('hello'));
  expect(slack.paths).toEqual(['/commands/1']);
});

test('a response address anywhere else is never called', async () => {
  const [slack, elsewhere] = [await aServer({ status: 200 }), await aServer({ status: 200 })];
  await expect(voiceAt(slack.url).respond(`${elsewhere.url}/steal`, say('hello'))).rejects.toThrow(/is not Slack's/);
  expect(elsewhere.paths).toEqual([]);
});

test('a redirect to elsewhere is not followed', async () => {
  const elsewhere = await aServer({ status: 200 });
  const slack = await aServer({ status: 307, location: `${elsewhere.url}/steal` });
  await expect(voiceAt(slack.url).respond(`${slack.url}/commands/1`, say('hello'))).rejects.toThrow();
  expect(elsewhere.paths).toEqual([]);
});

test('key material is in no answer either', async () => {
  const slack = await aServer({ status: 200 });
  const material = new Secret('canary-material-in-an-answer-7');
  const answer = voiceAt(slack.url).respond(`${slack.url}/commands/1`, say(`it is ${material.reveal()}`));
  await expect(answer).rejects.toThrow(SecretBlocked);
  expect(slack.paths).toEqual([]);
});
