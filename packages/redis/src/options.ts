import { type Clock, secret } from '@im/core';
import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';

const milliseconds = z.number().int().min(1).max(600_000);
const pem = z.string().regex(/-----BEGIN [A-Z ]+-----/, 'must be PEM');

const redisUrl = secret().refine((url) => {
  const text = url.reveal();
  return URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol);
}, 'must be redis://host or rediss://host, with a port and the number of a database if need be');

const node = z.string().regex(/^(\[[\da-f:.]+\]|[^\s:/@[\]]+):\d{1,5}$/i, 'must be host:port');

/** The schema of {@link RedisStateOptions}; unknown keys are refused. */
export const redisStateOptions = z.strictObject({
  url: redisUrl
    .optional()
    .describe(
      'the server: `redis://host:6379/0`, `rediss://` for TLS; may hold user and password, and is a secret therefore; default: port 6379 of this machine',
    )
    .meta({ env: 'REDIS_URL' }),
  sentinel: z
    .strictObject({
      name: z.string().min(1).describe('name of the master'),
      nodes: z.array(node).min(1).describe('sentinels, each `host:port`'),
      password: secret().optional().describe('password of the sentinels'),
    })
    .optional()
    .describe('sentinels that know the server, in place of `url`'),
  username: z.string().min(1).optional().describe('user (ACL); default: that of the URL'),
  password: secret().optional().describe('password; default: that of the URL'),
  database: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('number of the database; default: that of the URL, else 0'),
  tls: z
    .strictObject({
      ca: pem
        .optional()
        .describe("certificates that the server's is checked by; default: those of the system"),
      cert: pem.optional().describe('certificate of this client'),
      key: secret().optional().describe('private key of `cert`'),
      serverName: z
        .string()
        .min(1)
        .optional()
        .describe("name that the server's certificate must hold; default: the host"),
    })
    .optional()
    .describe('TLS; `{}` has every default. Needed beside `rediss://` only for what is in it'),
  prefix: z
    .string()
    .min(1)
    .default('im:')
    .describe('what every key begins with; a user of the server (ACL) needs no other keys'),
  commandTimeoutMs: milliseconds
    .default(1_000)
    .describe('milliseconds that one command may take, the wait for a connection included'),
  connectTimeoutMs: milliseconds.default(2_000).describe('milliseconds that connecting may take'),
});

/** What a state in Redis is made of. Everything has a default. */
export interface RedisStateOptions extends z.input<typeof redisStateOptions> {
  /**
   * A client of ioredis of your own, such as a `Cluster`, in place of `url` and everything else about the connection. It
   * stays yours: it is not closed, and what it logs or queues is its own affair.
   */
  readonly client?: Redis | Cluster | undefined;
  /** Default: the system's clock. */
  readonly clock?: Clock | undefined;
  /** Closes the store when it is aborted: what is under way rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Checked options, defaults filled in. */
export type CheckedOptions = z.output<typeof redisStateOptions>;
