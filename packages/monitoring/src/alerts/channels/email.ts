/**
 * E-mail over SMTP, by nodemailer.
 *
 * SMTP says exactly who has a message: each recipient is accepted or refused by itself, and the whole by the answer to its end. A message whose
 * end was not sent was not accepted; one whose end was sent and not answered may have been (RFC 5321 §6.1 leaves both possible), and is not sent
 * again. Recipients refused with 4xx are tried again, without those who have it; 5xx is for good.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1 | RFC 5321 §4.2.1: reply codes}
 */
import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { IntegrationError, loadOptional, Secret } from '@im/core';
import type { Channel, ChannelCall } from '../channel.ts';
import type { Notification } from '../notification.ts';
import { plainText } from '../text.ts';

/** Options of {@link emailChannel}. */
export interface EmailOptions {
  readonly host: string;
  /** Default 587 with STARTTLS, 465 with `implicit`. */
  readonly port?: number | undefined;
  /** `starttls` refuses a server that has none; `none` is for a relay on the same machine and sends no password. Default `starttls`. */
  readonly tls?: 'starttls' | 'implicit' | 'none' | undefined;
  /** Certificates to trust beside those of the system, PEM. */
  readonly ca?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: Secret | string | undefined;
  /** Address of the sender: `alerts@example.com`. */
  readonly from: string;
  readonly to: readonly string[];
}

/** None of the characters by which a header goes on, or one address becomes several (RFC 5322 §3.4). */
const address = /^[^\s\p{C}@<>()[\]\\,;:"]{1,64}@[^\s\p{C}@<>()[\]\\,;:"]{1,255}$/u;
/** Milliseconds of a connection, and of a silence. */
const timeoutMs = 15_000;

/** Sends to each address. @throws IntegrationError `invalid_argument` for addresses that are none, or a password without TLS */
export function emailChannel(options: EmailOptions): Channel {
  checkOptions(options);
  return {
    kind: 'email',
    repeatable: false,
    async send(notification, call) {
      const rest = options.to.filter((one) => !call.done.has(one));
      return readResult(await transfer(options, notification, rest, call), rest, call.done);
    },
  };
}

function checkOptions({ from, to, tls, password }: EmailOptions): void {
  const refuse = (says: string, remedy: string) =>
    new IntegrationError(`the email channel ${says}`, { code: 'invalid_argument', remedy });
  if (to.length === 0 || ![from, ...to].every((one) => address.test(one)))
    throw refuse('has an address that is none', 'give plain addresses: ada@example.com');
  if (tls === 'none' && password !== undefined)
    throw refuse('would send its password in the clear', 'use `starttls` or `implicit`');
}

/** What nodemailer says of a message that the server took for somebody. */
interface Result {
  readonly rejectedErrors?: readonly SmtpError[] | undefined;
}

interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
  readonly recipient?: string;
  readonly rejectedErrors?: readonly SmtpError[];
}

async function transfer(
  options: EmailOptions,
  notification: Notification,
  to: readonly string[],
  { signal }: ChannelCall,
): Promise<Result> {
  const nodemailer = await loadOptional('nodemailer', 'alerts by e-mail', () => import('nodemailer'));
  signal.throwIfAborted();
  const { host, tls = 'starttls', user, password, ca } = options;
  const transporter = nodemailer.createTransport({
    host,
    port: options.port ?? (tls === 'implicit' ? 465 : 587),
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: ca === undefined ? {} : { ca },
    ...(user !== undefined && {
      auth: { user, pass: password instanceof Secret ? password.reveal() : (password ?? '') },
    }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // Its end has left for the server: from here on the message may have been accepted.
  let isComplete = false;
  transporter.use('stream', (mail, done) => {
    mail.message.transform(
      () =>
        new Transform({
          transform: (chunk, _encoding, next) => next(null, chunk),
          flush(next) {
            isComplete = true;
            next();
          },
        }),
    );
    done();
  });
  const close = () => transporter.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    return (await transporter.sendMail(toMail(options, notification, to))) as Result;
  } catch (error) {
    return readFailure(error as SmtpError, isComplete);
  } finally {
    signal.removeEventListener('abort', close);
    transporter.close();
  }
}

function toMail({ from, to }: EmailOptions, notification: Notification, recipients: readonly string[]) {
  const { id, title, at, severity, group } = notification;
  const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return {
    from,
    to: [...to],
    envelope: { from, to: [...recipients] },
    subject: title,
    text: plainText(notification),
    date: new Date(at),
    messageId: `<${digest(id)}@${domain}>`,
    // Messages of one group are one thread.
    references: `<${digest(group)}@${domain}>`,
    headers: {
      // RFC 3834: nobody's holiday answers.
      'Auto-Submitted': 'auto-generated',
      ...(severity === 'critical' && { Importance: 'high' }),
    },
  };
}

/** All recipients refused is a result; every other failure is thrown. */
function readFailure(error: SmtpError, isComplete: boolean): Result {
  if (error.rejectedErrors !== undefined) return { rejectedErrors: error.rejectedErrors };
  const { responseCode, code = 'ECONNECTION' } = error;
  const isAnswered = responseCode !== undefined;
  throw new IntegrationError(
    isAnswered
      ? `the mail server answered ${responseCode}`
      : `the mail server did not take the message (${code})`,
    {
      code:
        code === 'EAUTH'
          ? 'unauthenticated'
          : isAnswered && responseCode >= 500
            ? 'failed_precondition'
            : 'unavailable',
      retryable: code !== 'EAUTH' && code !== 'ETLS' && (!isAnswered || responseCode < 500),
      effect: isAnswered || !isComplete ? 'none' : 'unknown',
      reason: isAnswered ? `smtp_${responseCode}` : code,
      remedy: remedies[code] ?? 'see the log of the mail server',
    },
    { cause: error },
  );
}

const remedies: Readonly<Record<string, string>> = {
  EAUTH: 'check user and password',
  ETLS: 'check that the server offers STARTTLS, and its certificate',
  ECONNECTION: 'check host and port',
  ESOCKET: 'check host, port and certificate',
  EDNS: 'check the host',
  ETIMEDOUT: 'check host and port',
};

/** Remembers who has it; those who may have it later are tried again. */
function readResult({ rejectedErrors = [] }: Result, to: readonly string[], done: ChannelCall['done']) {
  const rejected = new Map(rejectedErrors.map((error) => [error.recipient ?? '', error.responseCode ?? 0]));
  for (const one of to) if (!rejected.has(one)) done.set(one, 'told');
  const says = [...rejected].map(([recipient, status]) => `${recipient} was refused with ${status}`);
  const isPassing = [...rejected.values()].some((status) => status < 500);
  if (isPassing || (rejected.size > 0 && done.size === 0))
    throw new IntegrationError(`the mail server refused recipients: ${says.join(', ')}`, {
      code: isPassing ? 'unavailable' : 'failed_precondition',
      retryable: isPassing,
      effect: 'none',
      remedy: 'check the addresses',
    });
  return { refused: says };
}
