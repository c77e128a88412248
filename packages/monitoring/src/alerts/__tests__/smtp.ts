/** A mail server on loopback, with a certificate of its own. */

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

/** A message that was accepted. */
export interface Mail {
  readonly to: readonly string[];
  readonly text: string;
  readonly secure: boolean;
  readonly user: string | undefined;
}

export interface MailServer extends AsyncDisposable {
  readonly port: number;
  readonly ca: string;
  readonly mails: Mail[];
  /** How many times a message came to its end, accepted or not. */
  readonly ends: () => number;
  /** Reply code for a recipient; `undefined` accepts. */
  recipient: (address: string) => number | undefined;
  /** Reply code for a message; `undefined` accepts, `cut` ends the connection without an answer. */
  message: () => number | 'cut' | undefined;
}

const refused = (responseCode: number | undefined): Error | null =>
  responseCode === undefined ? null : Object.assign(new Error('refused by the test'), { responseCode });

/** Starts it. `offersTls: false` has no STARTTLS. Users are `hub` with the password `canary-password`. */
export async function startMailServer(offersTls = true): Promise<MailServer> {
  const { key, cert } = certificate();
  const mails: Mail[] = [];
  let ends = 0;
  const sockets = new Set<{ destroy(): void }>();
  const server = new SMTPServer({
    key,
    cert,
    authOptional: true,
    disabledCommands: offersTls ? [] : ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) =>
      username === 'hub' && password === 'canary-password'
        ? done(null, { user: username })
        : done(refused(535)),
    onRcptTo: ({ address }, _session, done) => done(refused(result.recipient(address))),
    onData(stream, session: SMTPServerSession, done) {
      let text = '';
      stream.on('data', (chunk) => {
        text += String(chunk);
      });
      stream.on('end', () => {
        ends += 1;
        const answer = result.message();
        if (answer === 'cut') for (const socket of sockets) socket.destroy();
        else if (answer !== undefined) done(refused(answer));
        else {
          const { secure, user, envelope } = session;
          const to = envelope.rcptTo.map(({ address }) => address);
          mails.push({ to, text, secure, user: user === undefined ? undefined : String(user) });
          done();
        }
      });
    },
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket: { destroy(): void }) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const result: MailServer = {
    port: (server.server.address() as AddressInfo).port,
    ca: cert,
    mails,
    ends: () => ends,
    recipient: () => undefined,
    message: () => undefined,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
  return result;
}

let made: { readonly key: string; readonly cert: string } | undefined;

function certificate(): { readonly key: string; readonly cert: string } {
  if (made !== undefined) return made;
  const folder = mkdtempSync(join(tmpdir(), 'im-smtp-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '36500',
      ],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  );
  made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
}
