/** Makes the client of ioredis that the options describe. It connects with its first command. */
import type { ConnectionOptions } from 'node:tls';
import { Redis, type RedisOptions } from 'ioredis';
import type { CheckedOptions } from './options.ts';

/** Longest pause between two attempts to connect, milliseconds: so late a fleet learns that its server is back. */
const mostPauseMs = 500;

/** A client, and what errors call its server. */
export interface Connection {
  readonly client: Redis;
  /** `host:port`, without credentials. */
  readonly at: string;
}

/** See the head of this file. */
export function connect(options: CheckedOptions): Connection {
  const { username, password, database, sentinel, connectTimeoutMs, commandTimeoutMs } = options;
  const { at, ...server } = sentinel === undefined ? serverOf(options) : sentinelsOf(sentinel);
  const tls = tlsOf(options, server.tls !== undefined);
  const settings: RedisOptions = {
    ...server,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(database === undefined ? {} : { db: database }),
    ...(tls === undefined ? {} : { tls, enableTLSForSentinelMode: sentinel !== undefined, sentinelTLS: tls }),
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: 100,
    // A connection on which nothing comes is given up, so that a server that froze or vanished is asked anew.
    socketTimeout: commandTimeoutMs + connectTimeoutMs,
    // Nothing is kept for later: a lock that was given up must not be taken when the server is back.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(25 * 2 ** Math.min(times, 5), mostPauseMs),
    sentinelRetryStrategy: (times) => Math.min(25 * 2 ** Math.min(times, 5), mostPauseMs),
    // A master that became a replica: the name or the sentinels lead to the new one.
    reconnectOnError: (error) => /^READONLY\b/.test(error.message),
  };
  return { client: new Redis({ ...settings, replyMapping: 'legacy' }), at };
}

type Server = RedisOptions & { readonly at: string };

function serverOf({ url }: CheckedOptions): Server {
  const { protocol, hostname, port, username, password, pathname } = new URL(
    url?.reveal() ?? 'redis://127.0.0.1',
  );
  const host = hostname.replace(/^\[|\]$/g, '');
  const database = Number(pathname.slice(1));
  return {
    at: `${hostname}:${port || 6379}`,
    host,
    port: Number(port || 6379),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(Number.isInteger(database) ? { db: database } : {}),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
}

function sentinelsOf({ name, nodes, password }: NonNullable<CheckedOptions['sentinel']>): Server {
  const sentinels = nodes.map((node) => {
    const colon = node.lastIndexOf(':');
    return { host: node.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(node.slice(colon + 1)) };
  });
  const secret = password === undefined ? {} : { sentinelPassword: password.reveal() };
  return { at: `${name} of the sentinels ${nodes.join(', ')}`, name, sentinels, ...secret };
}

function tlsOf({ tls }: CheckedOptions, wanted: boolean): ConnectionOptions | undefined {
  if (tls === undefined) return wanted ? {} : undefined;
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key.reveal() }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
  };
}
