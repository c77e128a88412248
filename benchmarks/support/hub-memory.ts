/** Prints the bytes of the heap for each registration: `hub-memory.ts (hub|registry) <tenants> <integrations>`. The hub was looked at, as by a scrape and a page. */
import { createRegistry } from '@im/core';
import { createServer } from '@im/server';
import { memory } from '@im/testing';

const [what = '', tenants = '', integrations = ''] = process.argv.slice(2);
const collect = () => {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

const registry = createRegistry({ health: { checkIntervalMs: 0 } });
const hub = what === 'hub' ? createServer({ registry, port: 0 }) : undefined;
await hub?.listen();
const before = collect();
for (let tenant = 0; tenant < Number(tenants); tenant += 1)
  for (let index = 0; index < Number(integrations); index += 1)
    registry.register(memory, { name: `memory_${index}`, tenant: `tenant_${tenant}`, options: {} });
if (hub !== undefined)
  for (const path of ['/integrations/health', '/integrations/metrics', '/integrations/status?limit=100', '/'])
    await (await fetch(hub.url + path)).arrayBuffer();
process.stdout.write(String((collect() - before) / (Number(tenants) * Number(integrations))));
await (hub === undefined ? registry[Symbol.asyncDispose]() : hub.close());
