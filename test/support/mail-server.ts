import type { TLSSocket } from 'node:tls';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { SmtpSpec } from '../../src/domain/outside.ts';
import { aCertificate } from './certificate.ts';

/** What the server does with a mail: `drop` takes the whole text and cuts the line; `silent` never answers it. */
export type Mood =
  | 'take'
  | 'drop'
  | 'silent'
  | { sender: number; says: string }
  | { recipient: number; says: string }
  | { text: number; says: string };

export interface MailServer {
  port: number;
  /** PEM of the authority that a client has to trust. */
  ca: string;
  /** Moods for the mails to come, the first one first; after them every mail is taken. */
  moods: Mood[];
  /** The raw text of everything that came whole, taken or not. */
  raw: string[];
  taken: () => Promise<Email[]>;
  logins: { user: string; pass: string }[];
  stop: () => Promise<void>;
}

export const MAIL_PASSWORD = 'canary-mail-password-7Qx';
export const MAIL_HOST = 'mail.test';

/** A real SMTP server on loopback with TLS and AUTH. */
export async function aMailServer({
  port = 0,
  auth = true,
}: {
  port?: number;
  auth?: boolean;
} = {}): Promise<MailServer> {
  const { key, cert } = aCertificate(MAIL_HOST);
  const state = { moods: [] as Mood[], raw: [] as string[], kept: [] as string[], logins: [] as MailServer['logins'] };
  let mood: Mood = 'take';
  const sockets = new Set<TLSSocket>();
  const server = new SMTPServer({
    secure: true,
    key,
    cert,
    authOptional: !auth,
    disabledCommands: auth ? [] : ['AUTH'],
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) => {
      state.logins.push({ user: username ?? '', pass: password ?? '' });
      if (password === MAIL_PASSWORD) done(null, { user: username ?? '' });
      else done(answer(535, 'authentication failed'));
    },
    onMailFrom: (_address, _session, done) => {
      mood = state.moods.shift() ?? 'take';
      done(typeof mood === 'object' && 'sender' in mood ? answer(mood.sender, mood.says) : null);
    },
    onRcptTo: (_address, _session, done) => {
      done(typeof mood === 'object' && 'recipient' in mood ? answer(mood.recipient, mood.says) : null);
    },
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        state.raw.push(text);
        if (mood === 'drop') for (const socket of sockets) socket.destroy();
        else if (mood === 'take') {
          state.kept.push(text);
          done(null, '250 2.0.0 Ok: queued as 4F1');
        } else if (typeof mood === 'object' && 'text' in mood) done(answer(mood.text, mood.says));
      });
    },
  });
  server.on('error', () => {});
  server.server.on('secureConnection', (socket: TLSSocket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  onTestFinished(stop);
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the mail server has no port');
  return {
    ...state,
    port: address.port,
    ca: cert,
    taken: () => Promise.all(state.kept.map((text) => PostalMime.parse(text))),
    stop,
  };
}

function answer(responseCode: number, says: string): Error {
  return Object.assign(new Error(says), { responseCode });
}

/** The entry under `smtp` for it. */
export function aSmtpSpec(port: number, overrides: Record<string, unknown> = {}): SmtpSpec {
  return SmtpSpec.parse({
    host: MAIL_HOST,
    port,
    ca_file: 'mail-ca',
    from: 'security@rekey.test',
    from_name: 'Security of Example',
    auth: { type: 'password', user: 'rekey', secret_file: 'mail' },
    recipient_domains: ['partner.example'],
    timeout_seconds: 5,
    ...overrides,
  });
}
