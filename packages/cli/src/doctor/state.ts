/** Where limits, tokens and locks are kept: in each process, or in Redis for a fleet. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type EnvironmentVariables, errorCode, type StateStore } from '@im/core';
import type { Io } from '../io.ts';
import type { Finding } from './finding.ts';

const area = 'state';

/** Writes, reads and removes a value, where the environment names a Redis. */
export async function examineState({ cwd, clock, signal }: Io, env: EnvironmentVariables): Promise<Finding> {
  const url = env.REDIS_URL ?? '';
  if (url === '')
    return {
      area,
      level: 'note',
      says: 'state is in the memory of each process; a fleet needs @im/redis and REDIS_URL',
    };
  let file: string;
  try {
    file = createRequire(join(cwd, 'resolve.js')).resolve('@im/redis');
  } catch {
    return {
      area,
      level: 'warning',
      says: 'REDIS_URL is set, and @im/redis is not installed',
      remedy: 'npm install @im/redis',
    };
  }
  const began = clock.now();
  try {
    const { redisState } = (await import(pathToFileURL(file).href)) as {
      readonly redisState: (options: { readonly url: string }) => StateStore;
    };
    await using state = redisState({ url });
    const key = `doctor/${began}/${process.pid}`;
    await state.set(key, 'here', { ttlMs: 10_000 });
    const read = await state.get(key);
    await state.delete(key);
    if (read?.value !== 'here') throw new Error('what was written is not read');
    return {
      area,
      level: 'fine',
      says: `Redis keeps state, a round of three in ${Math.round(clock.now() - began)} ms`,
    };
  } catch (error) {
    signal.throwIfAborted();
    // The address may hold a password, so nothing of the message is told.
    const says = `the Redis of REDIS_URL does not work: ${errorCode(error)}`;
    return {
      area,
      level: 'wrong',
      says,
      remedy: 'check that it runs, and the address and password in REDIS_URL',
    };
  }
}
