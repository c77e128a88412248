/** A socket to one server: connected, and secured where the options want it. */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { VendorError } from '@im/core';
import { type EgressGuard, guardedLookup } from '@im/http';
import { ExtendedRequest } from 'ldapts';
import type { CheckedOptions } from '../options.ts';
import { type ConnectionFault, connectionError, socketFault } from './failures.ts';
import { Framer } from './framer.ts';
import { createMessageReader } from './parse-message.ts';
import type { Server } from './servers.ts';

/** What is needed of the options to make a socket. */
export type SocketOptions = Pick<
  CheckedOptions,
  'startTls' | 'ca' | 'serverName' | 'clientCertificate' | 'clientKey' | 'maxMessageBytes'
>;

/** RFC 4511 §4.14 */
const startTlsOid = '1.3.6.1.4.1.1466.20037';

/**
 * Opens it. An abort of `signal` closes it and rejects with the signal's reason.
 *
 * @throws `VendorError` with the reason, naming the server; nothing was sent
 */
export async function openSocket(
  server: Server,
  options: SocketOptions,
  guard: EgressGuard,
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  if (isIP(server.host) !== 0) guard.address(server.host, server.host);
  const opening: Opening = { server, options, signal };
  const tcp = connectTcp({
    host: server.host,
    port: server.port,
    lookup: guardedLookup(guard),
    noDelay: true,
  });
  await step(tcp, opening, socketFault, (done) => once(tcp, 'connect', done));
  if (!server.secure && !options.startTls) return tcp;
  if (!server.secure) await startTls(tcp, opening);
  return secure(tcp, opening);
}

interface Opening {
  readonly server: Server;
  readonly options: SocketOptions;
  readonly signal: AbortSignal;
}

async function secure(tcp: Socket, opening: Opening): Promise<TLSSocket> {
  const { ca, clientCertificate: cert, clientKey, serverName = opening.server.host } = opening.options;
  const tls = connectTls({
    socket: tcp,
    // For the check of the certificate; as a name to ask for, an address is not allowed (RFC 6066 §3).
    host: serverName,
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || clientKey === undefined ? {} : { cert, key: clientKey.reveal() }),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  });
  // An end in the middle of the handshake says nothing more than that it did not succeed.
  const read = (error: unknown): ConnectionFault =>
    socketFault(error) === 'certificate_refused' ? 'certificate_refused' : 'tls_failed';
  await step(tls, opening, read, (done) => once(tls, 'secureConnect', done));
  return tls;
}

/**
 * Asks for TLS and waits for the answer. A byte behind the answer was put there before the connection was secured, by whom nobody knows: it
 * must never be read as if TLS had protected it, so it ends the connection.
 */
async function startTls(tcp: Socket, opening: Opening): Promise<void> {
  const { url } = opening.server;
  const framer = new Framer(opening.options.maxMessageBytes);
  const request = new ExtendedRequest({ messageId: 1, oid: startTlsOid });
  const answers: Buffer[] = [];
  await step(
    tcp,
    opening,
    () => 'connection_lost',
    (done, fail) => {
      const take = (chunk: Buffer) => {
        const fault = framer.take(chunk, (message) => answers.push(message));
        if (fault !== undefined) fail(connectionError(fault, url, false));
        else if (answers.length > 1 || (answers.length === 1 && !framer.isBetween))
          fail(connectionError('tls_failed', url, false));
        else if (answers.length === 1) done();
      };
      tcp.on('data', take);
      tcp.write(request.write());
      return () => {
        tcp.off('data', take);
        tcp.pause();
      };
    },
  );
  const isGranted = () => {
    const { messageId, status } = createMessageReader(new Map())(answers[0] as Buffer);
    return messageId === 1 && status === 0;
  };
  try {
    if (isGranted()) return;
  } catch (cause) {
    tcp.destroy();
    throw connectionError('not_ldap', url, false, cause);
  }
  tcp.destroy();
  throw connectionError('start_tls_refused', url, false);
}

function once(socket: Socket, event: string, done: () => void): () => void {
  socket.once(event, done);
  return () => socket.off(event, done);
}

/** Does one step on a socket: its error, its end or an abort closes it and fails the step. */
function step(
  socket: Socket,
  { server, signal }: Opening,
  read: (error: unknown) => ConnectionFault,
  begin: (done: () => void, fail: (error: unknown) => void) => () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const cleanups: (() => void)[] = [];
    const clean = () => {
      for (const cleanup of cleanups.splice(0)) cleanup();
    };
    const fail = (error: unknown) => {
      clean();
      // Whatever it still has to say is nobody's business.
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    const failed = (error: unknown) =>
      // What the guard refused is told as it is.
      fail(error instanceof VendorError ? error : connectionError(read(error), server.url, false, error));
    const ended = () => failed(undefined);
    const aborted = () => fail(signal.reason);
    socket.once('error', failed);
    socket.once('close', ended);
    signal.addEventListener('abort', aborted, { once: true });
    cleanups.push(
      () => socket.off('error', failed),
      () => socket.off('close', ended),
      () => signal.removeEventListener('abort', aborted),
    );
    const done = () => {
      clean();
      resolve();
    };
    cleanups.push(begin(done, fail));
  });
}
