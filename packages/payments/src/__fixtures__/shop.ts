/**
 * A shop that is one process: it authorizes, captures in two parts and refunds one order, over state and a processor that live in its parent.
 * Every call goes over IPC, so that the parent can kill it at each of them. `node shop.ts <order>`.
 */
import type { StateStore } from '@im/core';
import type { PaymentDriver } from '../driver.ts';
import { createPaymentGateway } from '../gateway.ts';
import { memoryDriver } from '../memory/memory-driver.ts';
import { decode, encode } from './wire.ts';
import { serveOrder } from './order.ts';

const [order = '', now = '0'] = process.argv.slice(2);
const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
let count = 0;

const ask = (target: string, method: string, args: readonly unknown[]) =>
  new Promise<unknown>((resolve, reject) => {
    count += 1;
    waiting.set(count, { resolve, reject });
    process.send?.({ id: count, target, method, args: encode(args) });
  });
process.on('message', ({ id, value, error }: { id: number; value?: string; error?: string }) => {
  const call = waiting.get(id);
  waiting.delete(id);
  if (error === undefined) call?.resolve(value === undefined ? undefined : decode(value));
  else call?.reject(new Error(error));
});

const state = new Proxy({} as StateStore, {
  get: (_, method) => (typeof method === 'string' ? (...args: unknown[]) => ask('state', method, args) : undefined),
});
const moving = (method: string) => (...args: readonly unknown[]) => ask('driver', method, args.map(withoutSignal));
const withoutSignal = (arg: unknown) =>
  typeof arg === 'object' && arg !== null && 'signal' in arg ? { ...arg, signal: undefined } : arg;
const driver = {
  ...memoryDriver(),
  ...Object.fromEntries(['create', 'capture', 'void', 'refund', 'find'].map((method) => [method, moving(method)])),
} as unknown as ReturnType<typeof memoryDriver>;

const gateway = createPaymentGateway(driver as PaymentDriver as ReturnType<typeof memoryDriver>, {
  state,
  clock: { now: () => Number(now), schedule: () => () => {} },
  onAlert: ({ says }) => process.send?.({ id: 0, target: 'alert', method: says, args: '[]' }),
});
await serveOrder(gateway, order);
process.disconnect?.();
