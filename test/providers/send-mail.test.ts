import { describe, expect, test } from 'vitest';
import type { SmtpSpec } from '../../src/domain/outside.ts';
import { type Mail, sendMail } from '../../src/providers/send-mail.ts';
import { NOON } from '../support/builders.ts';
import { aConnectionsFolder } from '../support/keys-folder.ts';
import { aMailServer, aSmtpSpec, MAIL_HOST, MAIL_PASSWORD, type MailServer } from '../support/mail-server.ts';

const MAIL: Mail = {
  messageId: '<dlv-1.dsp-1@rekey.test>',
  to: 'ops@partner.example',
  subject: 'Key payments-prod v3 was replaced',
  text: 'Hello Partner,\n\nWhich key: payments-prod v3\n',
  html: '<p>Hello Partner,</p>',
  date: NOON,
};

async function aServer(options: Parameters<typeof aMailServer>[0] = {}) {
  const server = await aMailServer(options);
  const keysDir = aConnectionsFolder({ mail: MAIL_PASSWORD, 'mail-ca': server.ca });
  const send = (mail: Partial<Mail> = {}, spec: SmtpSpec = aSmtpSpec(server.port), over: object = {}) =>
    sendMail(spec, { ...MAIL, ...mail }, { keysDir, ...allowing(server), ...over });
  return { server, keysDir, send };
}

const allowing = ({ port }: Pick<MailServer, 'port'>) => ({
  allow: [`${MAIL_HOST}:${port} loopback`],
  resolve: async () => ['127.0.0.1'],
});

describe('a mail to somebody outside', () => {
  test('arrives over TLS with its Message-ID, as plain text beside a minimal page', async () => {
    const { server, send } = await aServer();
    expect(await send()).toEqual({ kind: 'taken', answer: expect.stringMatching(/^250 /) });
    const [mail] = await server.taken();
    expect(mail).toMatchObject({
      messageId: MAIL.messageId,
      subject: MAIL.subject,
      from: { name: 'Security of Example', address: 'security@rekey.test' },
      to: [{ address: 'ops@partner.example' }],
    });
    expect(mail?.text?.trim()).toBe(MAIL.text.trim());
    expect(server.raw[0]).toContain('Auto-Submitted: auto-generated');
    expect(server.logins).toEqual([{ user: 'rekey', pass: MAIL_PASSWORD }]);
    expect(server.raw.join()).not.toContain(MAIL_PASSWORD);
  });

  test.each<[string, MailServer['moods'], object]>([
    ['waits when it is greylisted', [{ recipient: 451, says: '4.7.1 try again later' }], { kind: 'later' }],
    ['waits when the text is turned away for now', [{ text: 452, says: '4.2.2 mailbox full' }], { kind: 'later' }],
    [
      'bounces at an address that is not there',
      [{ recipient: 550, says: '5.1.1 no such user' }],
      { kind: 'refused', why: expect.stringContaining('5.1.1 no such user') },
    ],
    [
      'waits, and warns, when the server will not have it from us',
      [{ sender: 553, says: '5.7.1 sender address rejected' }],
      {
        kind: 'later',
        why: expect.stringContaining('5.7.1'),
        warning: expect.stringMatching(/mail\.test refuses mail from security@rekey\.test: .*5\.7\.1/),
      },
    ],
    ['bounces at a text that is refused', [{ text: 554, says: '5.7.1 spam' }], { kind: 'refused' }],
    [
      'is not known to have arrived when the line is cut after the text',
      ['drop'],
      { kind: 'unknown', why: expect.stringContaining('The whole mail was sent and no answer came') },
    ],
  ])('%s', async (_case, moods, expected) => {
    const { server, send } = await aServer();
    server.moods.push(...moods);
    expect(await send()).toMatchObject(expected);
    expect(await server.taken()).toEqual([]);
  });

  test('is not known to have arrived when a slow server never answers', async () => {
    const { server, send } = await aServer();
    server.moods.push('silent');
    expect(await send({}, aSmtpSpec(server.port, { timeout_seconds: 1 }))).toMatchObject({ kind: 'unknown' });
  });

  test('waits while nobody listens, and while the password is wrong', async () => {
    const { server, keysDir, send } = await aServer();
    const wrong = aConnectionsFolder({ mail: 'another-password', 'mail-ca': server.ca });
    expect(await send({}, aSmtpSpec(server.port), { keysDir: wrong })).toMatchObject({
      kind: 'later',
      why: expect.stringContaining('535'),
    });
    await server.stop();
    expect(await send({}, aSmtpSpec(server.port), { keysDir })).toMatchObject({ kind: 'later' });
    expect(server.raw).toEqual([]);
  });

  test('a certificate of another authority, or for another name, is refused before anything is said', async () => {
    const { server, send } = await aServer();
    const other = await aMailServer();
    const keysDir = aConnectionsFolder({ mail: MAIL_PASSWORD, 'mail-ca': other.ca });
    expect(await send({}, aSmtpSpec(server.port), { keysDir })).toMatchObject({ kind: 'later' });
    const named = { allow: [`other.test:${server.port} loopback`] };
    expect(await send({}, aSmtpSpec(server.port, { host: 'other.test' }), named)).toMatchObject({
      kind: 'later',
      why: expect.stringContaining('other.test'),
    });
    expect([...server.logins, ...server.raw]).toEqual([]);
  });

  test('nobody in a domain that is not listed is written to', async () => {
    const { server, send } = await aServer();
    expect(await send({ to: 'ops@evil.partner.example' })).toMatchObject({ kind: 'refused' });
    expect(server.logins).toEqual([]);
  });

  test.each<[string, object]>([
    ['a host that the operator has not listed', { allow: [] }],
    ['a public name that leads inside', { resolve: async () => ['10.0.0.7'] }],
    [
      'a name of which one address leads to the metadata service',
      { resolve: async () => ['127.0.0.1', '169.254.169.254'] },
    ],
    ['a name without the word loopback that leads to this machine', { allow: [`${MAIL_HOST}:1`, MAIL_HOST] }],
  ])('%s is never connected to', async (_case, over) => {
    const { server, send } = await aServer();
    expect(await send({}, aSmtpSpec(server.port), over)).toMatchObject({ kind: 'later' });
    expect(server.logins).toEqual([]);
  });

  test('no line of a subject becomes a header or another recipient', async () => {
    const { server, send } = await aServer();
    await send({ subject: 'Key\r\nBcc: thief@evil.example\r\n\r\nbody' });
    const [mail] = await server.taken();
    expect(mail?.bcc).toBeUndefined();
    expect(server.raw[0]?.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im);
  });

  test('a server without a password and without encryption is only one on this machine', async () => {
    const { send } = await aServer();
    const plain = aSmtpSpec(25, { tls: 'none', auth: { type: 'none' } });
    expect(
      await send({}, plain, { allow: [`${MAIL_HOST}:25 private`], resolve: async () => ['10.0.0.7'] }),
    ).toMatchObject({
      kind: 'later',
      why: expect.stringContaining('tls: implicit'),
    });
  });
});
