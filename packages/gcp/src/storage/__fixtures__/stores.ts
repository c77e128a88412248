/** A store over the fake, on virtual time, with what goes over the wire in sight. */
import { createIntegration, provide } from '@im/core';
import { createTransport, type HttpRequest, type HttpResponse, type Transport, transportKey } from '@im/http';
import { createObjectStore } from '@im/storage';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { setTimeout as realWait } from 'node:timers/promises';
import { gcsDriver } from '../driver/gcs-driver.ts';
import { storage } from '../storage.ts';
import { type StartStorageFakeOptions, startFake } from '../testing.ts';

/** Parts of the stores in tests. */
export const partBytes = 64 * 1024;

/** How one is opened. */
export interface OpenOptions extends StartStorageFakeOptions {
  /** Stands in the way of each request. */
  readonly between?: (request: HttpRequest, send: Transport) => Promise<HttpResponse>;
}

/** Opens a store of its own. */
export async function openStore(options: OpenOptions = {}) {
  const clock = createVirtualClock();
  const fake = await startFake({ clock, ...options });
  const transport = createTransport();
  const { between } = options;
  const client = createIntegration(storage, {
    options: fake.options(),
    clock,
    random: () => 0.5,
    resilience: { retry: { maxAttempts: 5 }, retryBudget: false, breaker: false },
    services: [
      provide(transportKey, between === undefined ? transport : (request) => between(request, transport)),
    ],
  });
  const driver = gcsDriver(client);
  /** Requests of a kind so far. */
  const count = (method: string, path: RegExp) =>
    fake.exchanges.filter((exchange) => exchange.method === method && path.test(exchange.target)).length;
  return {
    clock,
    fake,
    client,
    driver,
    store: createObjectStore(driver, { partBytes, clock }),
    count,
    run: <Value>(promise: Promise<Value>) => withTime(promise, clock, () => fake.exchanges.length),
    async [Symbol.asyncDispose]() {
      await clock.until(Promise.resolve(client[Symbol.asyncDispose]()));
      await transport[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

/** Real milliseconds without a request after which only a timer can bring things forward. */
const quietMs = 15;

/**
 * Waits for `promise`, and moves time by a second whenever nothing comes over the wire any more. Many requests take longer than the clock's
 * own patience, which would then run into their time-outs.
 */
async function withTime<Value>(
  promise: Promise<Value>,
  clock: VirtualClock,
  requests: () => number,
): Promise<Value> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  for (let seen = -1; !isSettled; ) {
    const now = requests();
    if (now === seen) await clock.advance(1_000);
    seen = now;
    for (let waited = 0; waited < quietMs && !isSettled && requests() === seen; waited += 1) await realWait(1);
  }
  return promise;
}

/** Bytes that differ from place to place. */
export function sample(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed;
  for (let index = 0; index < size; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
