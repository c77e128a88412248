/** Ways to move a large object with one client, the other one not loaded. */
import type { CloudName, FakeOptions } from './bare.ts';

/** Which client moves. */
export type Contender = 'ours' | 'bare';

type Pieces = AsyncIterable<Uint8Array>;

/** One client, and what it can move. */
export interface Mover extends AsyncDisposable {
  put(key: string, bytes: Uint8Array): Promise<unknown>;
  up(key: string, pieces: Pieces, size: number): Promise<unknown>;
  whole(key: string, pieces: Pieces, size: number): Promise<unknown>;
  /** Puts an object that `down` will read, so that it can be verified then if the client knows how. */
  toRead(key: string, pieces: Pieces, size: number): Promise<unknown>;
  /** @returns bytes that came */
  down(key: string): Promise<number>;
}

/** Opens a client of a fake that is running. */
export async function openMover(
  cloud: CloudName,
  who: Contender,
  direction: string,
  options: FakeOptions,
): Promise<Mover> {
  return who === 'ours' ? openOurMover(cloud, direction, options) : openBareMover(cloud, options);
}

async function openOurMover(cloud: CloudName, direction: string, options: FakeOptions): Promise<Mover> {
  const { openOurs } = await import('./cloud.ts');
  const { drain } = await import('./bare.ts');
  // As strong as the SDKs' own; over plain http S3 wants a SHA-256 of what goes up in any case.
  const isSigned = cloud === 's3' && (direction === 'up' || direction === 'whole');
  const ours = await openOurs(cloud, options, isSigned ? 'sha256' : 'crc32');
  const { store } = ours;
  const up: Mover['up'] = (key, pieces, size) => store.put(key, pieces, { size });
  return {
    put: (key, bytes) => store.put(key, bytes),
    up,
    whole: up,
    toRead: up,
    down: async (key) => drain((await store.get(key)).stream()),
    [Symbol.asyncDispose]: () => ours[Symbol.asyncDispose](),
  };
}

async function openBareMover(cloud: CloudName, options: FakeOptions): Promise<Mover> {
  const { bareStores } = await import('./bare.ts');
  const bare = await bareStores[cloud](options);
  const whole: Mover['whole'] = async (key, pieces, size) => bare.uploadWhole?.(key, pieces, size);
  return {
    put: (key, bytes) => bare.put(key, bytes),
    up: (key, pieces, size) => bare.upload(key, pieces, size),
    whole,
    toRead: bare.uploadWhole === undefined ? (key, pieces, size) => bare.upload(key, pieces, size) : whole,
    down: (key) => bare.download(key),
    async [Symbol.asyncDispose]() {},
  };
}
