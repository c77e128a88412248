/** Clients and stores over a fake. */
import {
  type Clock,
  createIntegration,
  type OptionsOf,
  type Provided,
  provide,
  type ResilienceInput,
} from '@im/core';
import { createTransport, type Transport, transportKey } from '@im/http';
import { createObjectStore, type ObjectStoreOptions } from '@im/storage';
import { s3, s3Driver } from '../index.ts';

/** How to connect. */
export interface ConnectSetup {
  readonly options: OptionsOf<typeof s3>;
  readonly clock?: Clock | undefined;
  readonly resilience?: ResilienceInput | undefined;
  /** Of the store. */
  readonly store?: ObjectStoreOptions | undefined;
  /** Comes between the client and the network. */
  readonly between?: ((send: Transport) => Transport) | undefined;
}

/** A client with connections of its own, and a store over it. */
export function connect({
  options,
  clock,
  resilience,
  store: storeOptions,
  between = (send) => send,
}: ConnectSetup) {
  const own = createTransport();
  const services: Provided[] = [provide(transportKey, between(own))];
  const client = createIntegration(s3, { options, clock, resilience, services, random: () => 0.5 });
  const store = createObjectStore(s3Driver(client), { clock, ...storeOptions });
  return {
    client,
    store,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await own[Symbol.asyncDispose]();
    },
  };
}

/** A stream of so many bytes that are not all the same. */
export async function* stream(size: number, pieceBytes = 1_000_003): AsyncGenerator<Uint8Array> {
  const piece = Uint8Array.from({ length: pieceBytes }, (_, index) => (index * 31) % 251);
  for (let left = size; left > 0; left -= pieceBytes) yield piece.subarray(0, Math.min(left, pieceBytes));
}

/** The same at once. */
export async function wholeOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Bytes that are the same each time and hard to confuse. */
export function sample(size: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(size);
  for (let index = 0; index < size; index += 1) bytes[index] = (index * 31 + (index >> 8) * 7) % 251;
  return bytes;
}
