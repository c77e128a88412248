/** One of several processes that share an account: its state store is the parent's, reached over IPC. */
import type { StateStore } from '@im/core';
import { z } from 'zod';
import { refreshToken } from '../auth/grants.ts';
import { createHttp } from '../client.ts';
import { createTransport } from '../shared-transport.ts';
import { createCall, createContext } from './support.ts';

const [url = '', calls = '0'] = process.argv.slice(2);

let next = 0;
const waiting = new Map<number, (value: unknown) => void>();

function ask(method: string, ...args: unknown[]): Promise<never> {
  next += 1;
  const id = next;
  process.send?.({ id, method, args });
  return new Promise((resolve) => waiting.set(id, resolve as (value: unknown) => void));
}

const state: StateStore = {
  get: (key) => ask('get', key),
  set: (key, value, expiry) => ask('set', key, value, expiry),
  compareAndSet: (key, version, value, expiry) => ask('compareAndSet', key, version, value, expiry),
  delete: (key, version) => ask('delete', key, version),
  increment: (key, by, expiry) => ask('increment', key, by, expiry),
  [Symbol.asyncDispose]: async () => {},
};

process.on('message', (message: { readonly id?: number; readonly value?: unknown; readonly go?: true }) => {
  if (message.id !== undefined) waiting.get(message.id)?.(message.value);
  if (message.go) void run();
});

async function run(): Promise<void> {
  await using transport = createTransport();
  const context = createContext({ transport, state });
  const token = refreshToken(context, {
    tokenUrl: `${url}/token`,
    clientId: 'app',
    clientSecret: 's3cret',
    refreshToken: 'refresh-0',
  });
  const http = createHttp(context, { baseUrl: url, token });
  const outcomes = await Promise.allSettled(
    Array.from({ length: Number(calls) }, () =>
      http.get('api', z.object({ number: z.literal(1) }), createCall()),
    ),
  );
  process.send?.({ failed: outcomes.filter(({ status }) => status === 'rejected').length });
  process.disconnect();
}

process.send?.({ ready: true });
