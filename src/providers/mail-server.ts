import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SmtpSpec } from '../domain/outside.ts';
import { Refusal } from '../errors.ts';
import { reachOf } from './address.ts';
import { type AllowedHost, allowedTarget, assertReach } from './allowed-host.ts';
import { secretIn } from './connections.ts';
import { readPrivateFile } from './private-file.ts';

export interface MailDeps {
  /** The keys folder; credentials are in `connections/` below it. */
  keysDir: string;
  /** What may be reached from here at all, see allowedHost. */
  allow: readonly string[];
  /** All addresses of a name; another one than the machine's only in tests. */
  resolve?: (host: string) => Promise<string[]>;
}

export interface Session {
  smtp: SMTPConnection;
  /** What the server proved, in words: `TLSv1.3, certificate of mail.example.com, signed in as rekey`. */
  proved: string;
  close: () => void;
}

/**
 * An encrypted session in which mail may be handed over: the host is one that may be called, every address of its name is checked and the
 * one that was checked is connected, the certificate is that of the name, and the password is given after all that. Throws a Refusal for what
 * is not allowed, and other errors where the server cannot be used now.
 */
export async function openSession(
  spec: SmtpSpec,
  { keysDir, allow, resolve = addressesOf }: MailDeps,
): Promise<Session> {
  const address = await checkedAddress(spec, allow, resolve);
  const ca = spec.ca_file === undefined ? undefined : readPrivateFile(join(keysDir, 'connections', spec.ca_file));
  const timeoutMs = spec.timeout_seconds * 1_000;
  const smtp = new SMTPConnection({
    host: address,
    port: spec.port,
    secure: spec.tls === 'implicit',
    requireTLS: spec.tls === 'starttls',
    ignoreTLS: spec.tls === 'none',
    name: spec.from.slice(spec.from.lastIndexOf('@') + 1),
    // The name of the connection, not the address: it is what the certificate has to be for.
    ...(isIP(spec.host) === 0 && { servername: spec.host }),
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(ca !== undefined && { ca }) },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    logger: false,
    debug: false,
  });
  const close = () => smtp.close();
  try {
    await connected(smtp);
    return { smtp, proved: `${encryption(spec, smtp)}, ${await signedIn(smtp, spec, keysDir)}`, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function addressesOf(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map((one) => one.address);
}

async function checkedAddress(
  { host: name, port, tls }: SmtpSpec,
  allow: readonly string[],
  resolve: (host: string) => Promise<string[]>,
): Promise<string> {
  // Only its host and port are looked at; the scheme says that nothing here may be read on the way.
  const { host } = allowedTarget(`https://${name}:${port}`, allow);
  const addresses = isIP(name) === 0 ? await resolve(name) : [name];
  for (const address of addresses) assertAddress(host, address, tls);
  const [first] = addresses;
  if (first === undefined) throw new Error(`${name} has no address`);
  return first;
}

function assertAddress(host: AllowedHost, address: string, tls: SmtpSpec['tls']): void {
  assertReach(host, address, 'smtp:');
  if (tls !== 'none' || reachOf(address) === 'loopback') return;
  throw new Refusal(
    'plain_smtp',
    `${host.host} (${address}) is not on this machine: mail to it would be readable on the way. Write \`tls: implicit\` or \`tls: starttls\`.`,
  );
}

function connected(smtp: SMTPConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    // An error after the connection is told to whoever waits for an answer then; without a listener it would end the process.
    smtp.on('error', reject);
    smtp.connect((error) => (error ? reject(error) : resolve()));
  });
}

function encryption({ host, tls }: SmtpSpec, { secure, _socket: socket }: SMTPConnection): string {
  if (tls === 'none') return 'not encrypted (this machine only)';
  // The library refuses before this; a change there must not send a mail in the clear.
  if (!secure) throw new Error(`${host} did not encrypt the connection; nothing was sent`);
  const version =
    socket && 'getProtocol' in socket && typeof socket.getProtocol === 'function' ? socket.getProtocol() : '';
  return `${version || 'TLS'}, certificate of ${host}`;
}

function signedIn(smtp: SMTPConnection, { auth, host }: SmtpSpec, keysDir: string): Promise<string> {
  if (auth.type === 'none') return Promise.resolve('no sign-in');
  const { user, secret_file: file } = auth;
  const pass = secretIn(join(keysDir, 'connections', file));
  if (!smtp.allowsAuth)
    return Promise.reject(
      new Refusal('no_sign_in', `${host} offers no sign-in. Check its port, or write \`auth: { type: none }\`.`),
    );
  return new Promise((resolve, reject) => {
    smtp.login({ user, credentials: { user, pass: pass.reveal() } }, (error) =>
      error ? reject(error) : resolve(`signed in as ${user}`),
    );
  });
}
