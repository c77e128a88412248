import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fuzzedRequest, malformedRequest } from './__fixtures__/malformed.ts';
import { isWhole, sendRaw } from './__fixtures__/raw.ts';
import { sample, sampleRegistry } from './__fixtures__/registry.ts';
import { createServer } from './server.ts';

/** How many requests; `IM_MALFORMED=100000` for the whole bar. */
const requests = Number(process.env.IM_MALFORMED ?? 2_000);
const batch = 100;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use once everything that can go is gone. */
function bytesInUse(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

it(
  `meets ${requests.toLocaleString('en')} malformed and fuzzed requests without a fault of its own, and memory stays flat`,
  async () => {
    const faults: unknown[] = [];
    const logger = {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (...line: unknown[]) => void faults.push(line),
    };
    await using hub = createServer({ registry: sampleRegistry([sample()]), port: 0, logger });
    await hub.listen();

    const statuses = new Map<number, number>();
    let answered = 0;
    const sendBatch = async (seed: number) => {
      const bytes = fc.sample(fc.oneof(malformedRequest, fuzzedRequest), { numRuns: batch, seed });
      const answers = await Promise.all(
        bytes.map((each) => sendRaw(hub.url, each, { enough: isWhole, quietMs: 100 })),
      );
      for (const answer of answers) {
        if (answer.statuses.length > 0) answered += 1;
        for (const status of answer.statuses) statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };

    const batches = requests / batch;
    for (let seed = 1; seed <= batches / 4; seed += 1) await sendBatch(seed);
    const before = bytesInUse();
    for (let seed = Math.floor(batches / 4) + 1; seed <= batches; seed += 1) await sendBatch(seed);
    const grown = bytesInUse() - before;

    expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
    expect(faults).toEqual([]);
    // Nothing but an empty or blank message goes without an answer, and what is right is served.
    expect(answered).toBeGreaterThan(requests * 0.9);
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 404, 405, 431]));
    expect(grown).toBeLessThan(2_000_000);
    expect((await fetch(`${hub.url}/integrations/health`)).status).toBe(200);
    if (process.env.IM_MALFORMED !== undefined)
      process.stdout.write(
        `${JSON.stringify({ answered, grown, statuses: Object.fromEntries(statuses) })}\n`,
      );
  },
  60_000 + requests * 20,
);
