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
async function* source(): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < size; sent += pieceBytes) {
    yield piece.subarray(0, Math.min(pieceBytes, size - sent));
    if ((sent / pieceBytes) % 16 === 0) await turn();
  }
}

async function isThere(): Promise<boolean> {
  try {
    return (await ours.store.head(key)).size === size;
  } catch (error) {
    if (errorCode(error) === 'not_found') return false;
    throw error;
  }
}

const given = JSON.parse(options);
// As strong as the SDKs' own; over plain http S3 wants a SHA-256 of what goes up in any case.
const checksum = cloud === 's3' && direction !== 'down' ? 'sha256' : 'crc32';
await using ours = await openOurs(cloud, given, checksum);
const bare = await bareStores[cloud](given);
const key = `${direction}-${size}`;
if (direction === 'down' && !(await isThere())) await ours.store.put(key, source(), { size });
const work = {
  ours: {
    up: () => ours.store.put(key, source(), { size }),
    whole: () => ours.store.put(key, source(), { size }),
    down: async () => {
      if ((await drain((await ours.store.get(key)).stream())) !== size) throw new Error('bytes are missing');
    },
  },
  bare: {
    up: () => bare.upload(key, source(), size),
    whole: async () => bare.uploadWhole?.(key, source(), size),
    down: async () => {
      if ((await bare.download(key)) !== size) throw new Error('bytes are missing');
    },
  },
}[who][direction];

// What modules, connections and the compiler need is there before anything is counted.
await ours.store.put('warm', piece);
await bare.put('warm', piece);
await ours.store.get('warm').then((one) => one.bytes());
await bare.get('warm');
for (let round = 0; round < 5; round += 1) {
  globalThis.gc?.();
  await turn();
}
const before = process.memoryUsage().rss;
let peak = before;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
}, 10);
const cpu = process.cpuUsage();
const from = performance.now();
await work();
const seconds = (performance.now() - from) / 1_000;
const { user, system } = process.cpuUsage(cpu);
clearInterval(watch);
console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, peakBytes: peak - before }));
