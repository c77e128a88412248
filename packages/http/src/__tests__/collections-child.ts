/** Streams bytes through the lean lane in a process of its own, and tells how many full collections of garbage that took. */
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { createUndiciLane } from '../lanes/undici.ts';

type CollectionEntry = PerformanceEntry & { readonly detail?: { readonly kind?: number } };

const [origin = '', mebibytes = ''] = process.argv.slice(2);
let full = 0;
const observer = new PerformanceObserver((list) => {
  for (const entry of list.getEntries() as CollectionEntry[])
    if (entry.detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR) full += 1;
});
const lane = createUndiciLane();
const read = async (count: string): Promise<number> => {
  const response = await lane.send({
    method: 'GET',
    url: new URL(`/${count}`, origin),
    headers: {},
    signal: new AbortController().signal,
    guard: { key: 'all', url() {}, address() {} },
  });
  let bytes = 0;
  for await (const chunk of response.body) bytes += chunk.byteLength;
  return bytes;
};
// The first collections are due to the code that was loaded.
await read('32');
observer.observe({ entryTypes: ['gc'] });
const bytes = await read(mebibytes);
// Entries come with the next turn.
await turn();
await turn();
await lane.close();
process.stdout.write(JSON.stringify({ bytes, full }));
