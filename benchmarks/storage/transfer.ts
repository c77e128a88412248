/**
 * One large transfer in a process of its own, so that its peak of memory is its own too. Prints
 * `{ seconds, cpuSeconds, peakBytes }`, the peak above what the process held before.
 *
 * node transfer.ts <cloud> <ours|bare> <up|whole|down> <bytes> <options as JSON>
 */
import { setImmediate as turn } from 'node:timers/promises';
import { errorCode } from '@im/core';
import { bareStores, type CloudName, drain } from './bare.ts';
import { openOurs } from './cloud.ts';

const [cloud, who, direction, bytes, options] = process.argv.slice(2) as [
  CloudName,
  'ours' | 'bare',
  'up' | 'whole' | 'down',
  string,
  string,
];
const size = Number(bytes);
const pieceBytes = 64 * 1024;
const piece = Buffer.alloc(pieceBytes, 'x');

/** The bytes to send, piece by piece, as a file is read. */
async function* source(total: number): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < total; sent += pieceBytes) {
    yield piece.subarray(0, Math.min(pieceBytes, total - sent));
    if ((sent / pieceBytes) % 16 === 0) await turn();
  }
}

const given = JSON.parse(options);
// As strong as the SDKs' own; over plain http S3 wants a SHA-256 of what goes up in any case.
const checksum = cloud === 's3' && direction !== 'down' ? 'sha256' : 'crc32';
await using ours = await openOurs(cloud, given, checksum);
const bare = await bareStores[cloud](given);

/** Each way to move `total` bytes, of both contenders. */
const ways = {
  ours: {
    up: (key: string, total: number) => ours.store.put(key, source(total), { size: total }),
    whole: (key: string, total: number) => ours.store.put(key, source(total), { size: total }),
    down: async (key: string, total: number) =>
      expectAll(await drain((await ours.store.get(key)).stream()), total),
  },
  bare: {
    up: (key: string, total: number) => bare.upload(key, source(total), total),
    whole: async (key: string, total: number) => bare.uploadWhole?.(key, source(total), total),
    down: async (key: string, total: number) => expectAll(await bare.download(key), total),
  },
} as const;

function expectAll(came: number, total: number): void {
  if (came !== total) throw new Error(`${came} of ${total} bytes came`);
}

/** An object to read, put there once. */
async function prepare(key: string, total: number): Promise<void> {
  try {
    if ((await ours.store.head(key)).size === total) return;
  } catch (error) {
    if (errorCode(error) !== 'not_found') throw error;
  }
  await ways.ours.up(key, total);
}

const key = `${direction}-${size}`;
const warmBytes = 24 * 1024 * 1024;
if (direction === 'down') await prepare(key, size);
await prepare('down-warm', warmBytes);
// Memory counts from here: from a process that has its modules and connections, and has moved next to nothing.
await ours.store.put('small', piece);
await bare.put('small', piece);
for (let round = 0; round < 5; round += 1) {
  globalThis.gc?.();
  await turn();
}
const before = process.memoryUsage().rss;
let peak = before;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
}, 10);

// CPU and time count from here on, when the compiler has seen the work.
for (let round = 0; round < 3; round += 1)
  await ways[who][direction](direction === 'down' ? 'down-warm' : 'warm', warmBytes);
const cpu = process.cpuUsage();
const from = performance.now();
await ways[who][direction](key, size);
const seconds = (performance.now() - from) / 1_000;
const { user, system } = process.cpuUsage(cpu);
clearInterval(watch);
console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, peakBytes: peak - before }));
