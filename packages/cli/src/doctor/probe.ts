/** Whether a host can be reached, step by step: name, connection, certificate, answer. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type LookupFunction, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Clock, parseHttpDate } from '@im/core';

/** What is asked. Everything but the signal and the clock has a default. */
export interface ProbeOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds for the whole of it. */
  readonly timeoutMs: number;
  /** How names are looked up. Default: Node's own. */
  readonly lookup?: LookupFunction | undefined;
}

/** What came of it. */
export interface Probe {
  /** Where it failed; absent when it did not. */
  readonly failed?: { readonly step: 'DNS' | 'TCP' | 'TLS' | 'HTTP'; readonly says: string } | undefined;
  /** Milliseconds until the connection stood, TLS included. */
  readonly connectMs?: number | undefined;
  /** When the certificate ends, milliseconds since 1970; absent without TLS. */
  readonly certificateEnds?: number | undefined;
  /** How far this machine's clock is ahead of the host's, milliseconds, by its `Date` header. */
  readonly aheadMs?: number | undefined;
}

/** Ports of protocols that are not HTTP. */
const ports: Readonly<Record<string, number>> = {
  'ldap:': 389,
  'ldaps:': 636,
  'redis:': 6379,
  'rediss:': 6379,
  'amqp:': 5672,
  'smtp:': 25,
};

/**
 * Connects to the host of `url`, and over HTTP asks for the head of its root, without any credential.
 *
 * @throws the reason of the signal
 */
export function probe(url: URL, { clock, signal, timeoutMs, lookup }: ProbeOptions): Promise<Probe> {
  signal.throwIfAborted();
  const began = clock.now();
  const isHttp = /^https?:$/.test(url.protocol);
  const withLookup = lookup === undefined ? {} : { lookup };
  return new Promise((resolve, reject) => {
    let step: NonNullable<Probe['failed']>['step'] = 'DNS';
    let found: Probe = {};
    const end = (result: Probe) => {
      cancel();
      signal.removeEventListener('abort', stop);
      close();
      resolve({ ...found, ...result });
    };
    const fail = (error: Error) => end({ failed: { step, says: wordsOf(error) } });
    const stop = () => {
      cancel();
      close();
      reject(signal.reason);
    };
    const cancel = clock.schedule(timeoutMs, () =>
      end({ failed: { step, says: `no answer within ${timeoutMs} ms` } }),
    );
    signal.addEventListener('abort', stop, { once: true });
    const connected = () => {
      found = { ...found, connectMs: clock.now() - began };
      step = 'HTTP';
      if (!isHttp) end({});
    };
    const watch = (socket: Socket) => {
      // An address needs no look-up, and then there is no event of one.
      if (hostOf(url) !== url.hostname || /^[\d.]+$/.test(url.hostname)) step = 'TCP';
      socket.once('lookup', (error) => {
        if (error === null) step = 'TCP';
      });
      socket.once('connect', () => {
        if (url.protocol === 'https:') step = 'TLS';
        else connected();
      });
      socket.once('secureConnect', () => {
        const { authorized, authorizationError } = socket as TLSSocket;
        const ends = Date.parse((socket as TLSSocket).getPeerCertificate().valid_to);
        found = { ...found, ...(Number.isNaN(ends) ? {} : { certificateEnds: ends }) };
        if (authorized) connected();
        else fail(new Error(String(authorizationError)));
      });
    };
    let close: () => void;
    if (isHttp) {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      // Looked at above, so that the date of a certificate that is not accepted can be told.
      const options = { method: 'HEAD', agent: false, rejectUnauthorized: false, ...withLookup } as const;
      const sent = send(new URL('/', url), options, ({ headers }) => {
        const date = headers.date === undefined ? undefined : parseHttpDate(headers.date, clock.now());
        // The header has whole seconds: on average it is half a second old.
        end(date === undefined ? {} : { aheadMs: (began + clock.now()) / 2 - date - 500 });
      });
      sent.once('socket', watch);
      sent.once('error', fail);
      close = () => {
        sent.off('error', fail).on('error', () => undefined);
        sent.destroy();
      };
      sent.end();
    } else {
      const socket = connect({
        host: hostOf(url),
        port: Number(url.port) || (ports[url.protocol] ?? 443),
        ...withLookup,
      });
      watch(socket);
      socket.once('error', fail);
      close = () => {
        socket.off('error', fail).on('error', () => undefined);
        socket.destroy();
      };
    }
  });
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

const meanings: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no network',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is signed by nobody else',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is of an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is of an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is of an authority that this machine does not know',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
};

function wordsOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : (error.message.split(':', 1)[0] ?? '');
  return meanings[code] === undefined ? error.message : `${meanings[code]} (${code})`;
}
