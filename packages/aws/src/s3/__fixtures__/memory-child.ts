/** Streams a large object up and down, and prints how many mebibytes more it kept than at rest: `node memory-child.ts <options> <bytes>`. */
import { createMemoryMeter } from '@im/testing';
import { connect } from '../__tests__/connect.ts';

const [options = '', bytes = ''] = process.argv.slice(2);
const { store } = connect({ options: JSON.parse(options) });
const size = Number(bytes);

/** Each piece is new: one and the same would hide who holds on to them. */
async function* fresh(left: number) {
  for (let at = 0; at < left; at += 65_536) yield new Uint8Array(65_536).fill(at / 65_536);
}

const measure = async (work: (onProgress: () => void) => Promise<void>): Promise<number> => {
  const meter = createMemoryMeter();
  await work(meter.look);
  return meter.most();
};

// Whatever is loaded by the first use is at rest already.
await store.put('warm', fresh(64 * 1024 * 1024));
const up = await measure(async (onProgress) => void (await store.put('large', fresh(size), { onProgress })));
const down = await measure(async (onProgress) => {
  for await (const _ of (await store.get('large', { onProgress })).stream());
});
process.stdout.write(`${up} ${down}\n`);
process.exit(0);
