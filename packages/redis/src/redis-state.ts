import { randomBytes } from 'node:crypto';
import { ConfigurationError, type Expiry, parseOptions, type StateStore, systemClock } from '@im/core';
import { Commands } from './commands.ts';
import { connect } from './connect.ts';
import { type CheckedOptions, type RedisStateOptions, redisStateOptions } from './options.ts';
import {
  compareAndDeleteScript,
  compareAndSetScript,
  deleteScript,
  incrementScript,
  runScript,
  type Script,
  setScript,
} from './scripts.ts';

/**
 * State in Redis, for a fleet of processes: locks, tokens, limits, inboxes, idempotency records. It connects with its
 * first use, and again by itself whenever the server was away; meanwhile every member rejects with `unavailable`, within
 * `commandTimeoutMs`.
 *
 * @throws ConfigurationError with every fault of the options
 */
export function redisState(options: RedisStateOptions = {}): StateStore {
  const { client: given, clock = systemClock, signal, ...rest } = options;
  const checked = check(rest, given !== undefined);
  const { client, at } = given === undefined ? connect(checked) : { client: given, at: 'the given client' };
  const timeoutMs = checked.commandTimeoutMs;
  const commands = new Commands({ client, owned: given === undefined, at, timeoutMs, clock });
  const close = () => void commands.close(signal?.reason);
  if (signal?.aborted) close();
  signal?.addEventListener('abort', close, { once: true });

  const keyOf = (key: string) => checked.prefix + encode(key);
  const newVersion = versions();
  const run = (operation: string, script: Script, key: string, ...args: readonly string[]) =>
    commands.run(operation, repeatable.has(script), (client) =>
      runScript(client, script, keyOf(key), ...args),
    );

  return {
    async get(key) {
      const [value, version] = await commands.run('get', true, (client) =>
        client.hmget(keyOf(key), 'v', 'n'),
      );
      return typeof value === 'string' && typeof version === 'string'
        ? { value: decode(value), version }
        : undefined;
    },
    async set(key, value, expiry) {
      const version = newVersion();
      await run('set', setScript, key, encode(value), version, lasting(expiry));
      return version;
    },
    async compareAndSet(key, expected, value, expiry) {
      const version = newVersion();
      const condition = expected === undefined ? '' : `=${expected}`;
      const args = [encode(value), version, lasting(expiry), condition];
      const done = await run('compareAndSet', compareAndSetScript, key, ...args);
      return done === 1 ? version : undefined;
    },
    async delete(key, version) {
      const removed =
        version === undefined
          ? await run('delete', deleteScript, key)
          : await run('delete', compareAndDeleteScript, key, `=${version}`);
      return removed === 1;
    },
    async increment(key, by = 1, expiry) {
      return Number(await run('increment', incrementScript, key, String(by), newVersion(), lasting(expiry)));
    },
    async [Symbol.asyncDispose]() {
      signal?.removeEventListener('abort', close);
      await commands.close();
    },
  };
}

/**
 * Writes that carry a version of their own, and so know themselves again; and the delete of one version, which can at worst
 * not tell that it was the one who removed it.
 */
const repeatable: ReadonlySet<Script> = new Set([setScript, compareAndSetScript, compareAndDeleteScript]);

/** Where a connection is described twice, one of the two would be ignored. */
function check(raw: object, hasClient: boolean): CheckedOptions {
  const checked = parseOptions({ id: 'redis', options: redisStateOptions }, raw);
  const given = ['url', 'sentinel'].filter((name) => Object.hasOwn(raw, name));
  const ways = [...(hasClient ? ['client'] : []), ...given];
  if (ways.length <= 1) return checked;
  throw new ConfigurationError(
    ways.slice(1).map((path) => ({ path, says: `is given beside ${ways[0]}`, remedy: 'give one of them' })),
    { provider: 'redis', subject: 'options' },
  );
}

/** Versions that no other store gives, and this one never again. */
function versions(): () => string {
  const own = randomBytes(12).toString('base64url');
  let count = 0;
  return () => {
    count += 1;
    return `${own}.${count.toString(36)}`;
  };
}

/** UTF-8 has no form for half a surrogate pair: text with one goes as JSON, and so does what looks like JSON's text. */
function encode(text: string): string {
  return text.isWellFormed() && !text.startsWith('"') ? text : JSON.stringify(text);
}

function decode(text: string): string {
  return text.startsWith('"') ? JSON.parse(text) : text;
}

const lasting = (expiry: Expiry | undefined): string =>
  expiry?.ttlMs === undefined || expiry.ttlMs === Number.POSITIVE_INFINITY
    ? ''
    : String(Math.ceil(expiry.ttlMs));
