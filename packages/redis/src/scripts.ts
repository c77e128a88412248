/**
 * What Redis does in one step. Each entry is a hash of two fields: `v` its value, `n` its version. Versions come from the
 * client and are never given twice, so that none comes back when a key is deleted, or when a server lost its data.
 *
 * Every script names one key, so that all of them run on a cluster.
 */
import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/** A script under the hash by which the server knows it. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') });

/** ARGV: value, version, milliseconds or nothing. */
const write = `
redis.call('HSET', KEYS[1], 'v', ARGV[1], 'n', ARGV[2])
if ARGV[3] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1`;

/** Whether the version of now is another than `argument`: `=` and a version, or nothing when the key must not exist. */
const differs = (argument: string) => `
local version = redis.call('HGET', KEYS[1], 'n')
if (version and '=' .. version or '') ~= ${argument} then return 0 end`;

/** Writes whatever is there. */
export const setScript = script(write);

/**
 * ARGV: as {@link setScript}, then the version that must be there. Gives 1 when it was, or when this very write has been
 * done already and its answer was lost.
 */
export const compareAndSetScript = script(`
if redis.call('HGET', KEYS[1], 'n') == ARGV[2] then return 1 end${differs('ARGV[4]')}${write}`);

/** Gives how many keys were removed. */
export const deleteScript = script(`return redis.call('DEL', KEYS[1])`);

/** ARGV: the version that must be there. */
export const compareAndDeleteScript = script(`${differs('ARGV[1]')}
return redis.call('DEL', KEYS[1])`);

/** ARGV: number to add, version, milliseconds or nothing. Gives the sum. */
export const incrementScript = script(`
local first = redis.call('EXISTS', KEYS[1]) == 0
local sum = redis.call('HINCRBYFLOAT', KEYS[1], 'v', ARGV[1])
redis.call('HSET', KEYS[1], 'n', ARGV[2])
if first and ARGV[3] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return sum`);

/** Runs a script by its hash; a server that does not know it (restarted, another master) is given it. */
export async function runScript(
  client: Redis | Cluster,
  { lua, sha }: Script,
  key: string,
  ...args: readonly string[]
): Promise<unknown> {
  try {
    return await client.evalsha(sha, 1, key, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return client.eval(lua, 1, key, ...args);
  }
}
