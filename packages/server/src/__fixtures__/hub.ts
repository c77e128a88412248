/** A hub in a process of its own, for the tests of signals. Says where it listens, and what it did at the end. */
import { createServer } from '../server.ts';
import { sample, sampleRegistry } from './registry.ts';

const registry = sampleRegistry([sample()]);
const hub = createServer({ registry, port: 0, graceMs: 5_000 });
process.once('SIGTERM', () => {
  hub.close().then(() => process.stdout.write(`disposed ${registry.disposed}\n`));
});
process.stdout.write(`${await hub.listen()}\n`);
