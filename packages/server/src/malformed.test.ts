import { createRegistry, type Logger, memoryState, Secret, systemClock } from '@im/core';
import { bytesInUse, memory } from '@im/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fuzzedRequest, malformedRequest } from './__fixtures__/malformed.ts';
import { isWhole, sendRaw } from './__fixtures__/raw.ts';
import { createHubAccess } from './access/access.ts';
import { createConnect } from './connect.ts';
import { createServer, type HubServer } from './server.ts';

/** How many requests; `IM_MALFORMED=100000` for the whole bar. */
const requests = Number(process.env.IM_MALFORMED ?? 1_000);
const batch = 100;

/** A hub with all its routes. Everything that a request may say of itself is read: addresses, limits, credentials. */
async function openHub(logger: Logger, isOpen: boolean): Promise<HubServer> {
  const registry = createRegistry();
  registry.register(memory, { name: 'notes', options: {} });
  await registry.enableAll();
  const common = { state: memoryState(), clock: systemClock, logger };
  const sealingKey = new Secret(Buffer.alloc(32, 7).toString('base64'));
  const providers = { spotify: { clientId: 'abc', scopes: ['user-read-email'] } };
  return createServer({
    registry,
    port: 0,
    ...common,
    ...(isOpen ? {} : { access: createHubAccess(common) }),
    network: { deny: ['203.0.113.0/24'], trustedProxies: ['127.0.0.1'] },
    rateLimit: { caller: { requests: 1_000_000, windowMs: 3_600_000 } },
    connect: createConnect({ baseUrl: 'http://localhost', sealingKey, providers }, common),
    reload: async () => ({ done: [], failed: [], restartNeeded: false }),
  });
}

it.each([
  ['open', true],
  ['guarded', false],
])(
  `meets ${requests.toLocaleString('en')} malformed and fuzzed requests without a fault of its own, and memory stays flat: %s`,
  async (_, isOpen) => {
    const faults: unknown[] = [];
    const logger = {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (...line: unknown[]) => void faults.push(line),
    };
    await using hub = await openHub(logger, isOpen);
    await hub.listen();

    const statuses = new Map<number, number>();
    let answered = 0;
    const sendBatch = async (seed: number) => {
      const bytes = fc.sample(fc.oneof(malformedRequest, fuzzedRequest), { numRuns: batch, seed });
      const answers = await Promise.all(
        bytes.map((each) => sendRaw(hub.url, each, { enough: isWhole, quietMs: 400 })),
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
    expect([...statuses.keys()]).toEqual(
      expect.arrayContaining(isOpen ? [200, 400, 403, 404, 405, 431] : [200, 400, 401, 404, 405, 431]),
    );
    expect(grown).toBeLessThan(2_000_000);
    expect((await fetch(`${hub.url}/readyz`)).status).toBe(200);
    if (process.env.IM_MALFORMED !== undefined)
      process.stdout.write(
        `${JSON.stringify({ answered, grown, statuses: Object.fromEntries(statuses) })}\n`,
      );
  },
  60_000 + requests * 20,
);
