/**
 * One large transfer in a process of its own, so that its peak of memory is its own too. Only the client that is measured is loaded:
 * of two, each would pay for the other's heap whenever garbage is collected. Prints `{ seconds, cpuSeconds, peakBytes }`, the peak above
 * what the process held before.
 *
 * node transfer.ts <cloud> <ours|bare> <up|whole|down|prepare> <bytes> <options as JSON>
 *
 * `prepare` puts what `down` of so many bytes reads, and measures nothing.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { CloudName } from './bare.ts';
import { openMover } from './mover.ts';

const [cloud, who, direction, bytes, options] = process.argv.slice(2) as [
  CloudName,
  'ours' | 'bare',
  'up' | 'whole' | 'down' | 'prepare',
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

function expectAll(came: number, total: number): void {
  if (came !== total) throw new Error(`${came} of ${total} bytes came`);
}

await using mover = await openMover(cloud, who, direction, JSON.parse(options));
const warmBytes = 24 * 1024 * 1024;
/** What `down` reads is what the same client has put, by `prepare`: each verifies what it knows to verify. */
const keyToRead = (total: number) => `read-${who}-${total}`;

/** Moves `total` bytes the way that is measured. */
async function move(total: number): Promise<void> {
  if (direction === 'down') expectAll(await mover.down(keyToRead(total)), total);
  else if (direction === 'prepare') await mover.toRead(keyToRead(total), source(total), total);
  else await mover[direction](`${direction}-${who}`, source(total), total);
}

async function measure(): Promise<void> {
  // Memory counts from here: from a process that has its modules and connections, and has moved next to nothing.
  await mover.put('small', piece);
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
  for (let round = 0; round < 3; round += 1) await move(warmBytes);
  const cpu = process.cpuUsage();
  const from = performance.now();
  await move(size);
  const seconds = (performance.now() - from) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(watch);
  console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, peakBytes: peak - before }));
}

if (direction === 'prepare') for (const total of [warmBytes, size]) await move(total);
else await measure();
