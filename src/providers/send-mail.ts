import type { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Attempt } from '../domain/delivery-attempt.ts';
import { domainOf, mayWriteTo, type SmtpSpec } from '../domain/outside.ts';
import { sentenceOf } from '../errors.ts';
import { scrub } from '../scrub.ts';
import { type MailDeps, openSession, type Session } from './mail-server.ts';

export interface Mail {
  /** In angle brackets, the same for every attempt: a server or a reader that has seen it knows it again. */
  messageId: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  date: Date;
}

/** A handed-over mail is under way for good: which of the four answers this is decides whether it may ever be handed over again. */
export async function sendMail(spec: SmtpSpec, mail: Mail, deps: MailDeps): Promise<Attempt> {
  if (!mayWriteTo(spec, mail.to))
    return { kind: 'refused', why: `${domainOf(mail.to)} is not among the recipient_domains of this server.` };
  const session = await openSession(spec, deps).catch((error: unknown) => ({ error }));
  // Whatever is wrong before the envelope is between us and our server, and says nothing of the recipient.
  if ('error' in session) return { kind: 'later', why: told(session.error), retryAfterMs: null };
  try {
    return await handedOver(spec, mail, session);
  } finally {
    session.close();
  }
}

function handedOver(spec: SmtpSpec, mail: Mail, { smtp }: Session): Promise<Attempt> {
  const message = composed(spec, mail);
  let wasRead = false;
  message.once('end', () => {
    wasRead = true;
  });
  return new Promise((resolve) => {
    const timeoutMs = spec.timeout_seconds * 1_000;
    const late = setTimeout(() => {
      resolve(verdictOf(spec, new Error(`no answer within ${timeoutMs} ms`), wasRead));
      smtp.close();
    }, timeoutMs);
    smtp.once('end', () => {
      clearTimeout(late);
      resolve(verdictOf(spec, new Error('the connection was closed'), wasRead));
    });
    smtp.send({ from: spec.from, to: [mail.to] }, message, (error, sent) => {
      clearTimeout(late);
      resolve(error ? verdictOf(spec, error, wasRead) : { kind: 'taken', answer: oneLine(sent?.response ?? 'taken') });
    });
  });
}

/** Without the whole text the server has no mail. With it and without an answer, nobody knows. */
function verdictOf(spec: SmtpSpec, error: Error, wasRead: boolean): Attempt {
  const status = 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : null;
  // Nothing was said of the recipient yet: another password, a licence or an SPF record is what is missing.
  if (status !== null && status >= 500 && 'command' in error && error.command === 'MAIL FROM')
    return { kind: 'later', why: told(error), retryAfterMs: null, warning: warningOf(spec, error) };
  if (status !== null && status >= 500) return { kind: 'refused', why: told(error) };
  if (status !== null && status >= 400) return { kind: 'later', why: told(error), retryAfterMs: null };
  if (!wasRead) return { kind: 'later', why: told(error), retryAfterMs: null };
  return { kind: 'unknown', why: `The whole mail was sent and no answer came: ${told(error)}` };
}

function warningOf({ host, from }: SmtpSpec, error: Error): string {
  return `The mail server ${host} refuses mail from ${from}: ${told(error)} No notice leaves over it before that is mended; they are tried again by themselves.`;
}

function composed({ from, from_name: name }: SmtpSpec, mail: Mail): Readable {
  return new MailComposer({
    from: { name, address: from },
    to: { name: '', address: mail.to },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId: mail.messageId,
    date: mail.date,
    // So that no out-of-office reply and no list answers a machine (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
    xMailer: false,
  })
    .compile()
    .createReadStream();
}

const LONGEST = 300;

// What a server says is kept and shown, so it is one line and holds no secret that we gave it.
function told(error: unknown): string {
  return oneLine(sentenceOf(error));
}

function oneLine(text: string): string {
  return scrub(text)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST);
}
