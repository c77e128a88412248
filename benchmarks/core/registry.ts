/** What registrations cost to hold. */
import { z } from 'zod';
import { type Call, createRegistry, defineIntegration, read } from '../../packages/core/src/index.ts';
import { type Line, line, median } from '../measure.ts';

const registrations = 100_000;
const tenants = 10_000;

/** A provider that counts its instances. */
function counted() {
  const made: string[] = [];
  const definition = defineIntegration({
    id: 'acme',
    title: 'Acme',
    category: 'example',
    contract: 1,
    docs: 'https://example.com',
    options: z.strictObject({ apiKey: z.string() }),
    egress: [],
    errors: { docs: 'https://example.com/errors', rows: [] },
    connect: ({ name, tenant }) => {
      made.push(`${tenant}/${name}`);
      return { ping: read(async (_call: Call) => 'pong') };
    },
  });
  return { definition, made };
}

const place = (index: number) => ({
  name: `acme_${Math.floor(index / tenants)}`,
  tenant: `tenant_${index % tenants}`,
  options: { apiKey: `key ${index}` },
});

/** Bytes that `hold` keeps for each registration. */
async function heldBytes(hold: () => unknown): Promise<number> {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const held = hold();
  globalThis.gc?.();
  const bytes = (process.memoryUsage().heapUsed - before) / registrations;
  if (held === undefined) throw new Error('nothing was held');
  return bytes;
}

/** The registry's lines: memory, time, and that the first call makes one instance only. */
export async function registryLines(): Promise<Line[]> {
  const [bytes, bare, registering, mapping]: [number[], number[], number[], number[]] = [[], [], [], []];
  let instances = 0;
  for (let round = 0; round < 3; round += 1) {
    const { definition, made } = counted();
    const registry = createRegistry();
    bytes.push(
      await heldBytes(() => {
        const began = performance.now();
        for (let index = 0; index < registrations; index += 1) registry.register(definition, place(index));
        registering.push(performance.now() - began);
        return registry;
      }),
    );
    bare.push(
      await heldBytes(() => {
        const began = performance.now();
        const all = new Map<string, unknown>();
        for (let index = 0; index < registrations; index += 1) {
          const { tenant, name, options } = place(index);
          all.set(`${tenant}/${name}`, { definition, tenant, name, options });
        }
        mapping.push(performance.now() - began);
        return all;
      }),
    );
    await registry.tenant('tenant_77').get(definition, 'acme_7').ping();
    // Defining one runs `connect` with stand-ins, under the default tenant; that is no instance.
    instances = made.filter((one) => one.startsWith('tenant_')).length;
    await registry[Symbol.asyncDispose]();
  }
  const peer = 'beside bare objects in a map';
  return [
    line(`100,000 registrations, 10,000 tenants, each, ${peer}`, 'bytes', median(bytes), median(bare), {
      ours: 600,
    }),
    line(`100,000 registrations made, ${peer}`, 'ms', median(registering), median(mapping), { ours: 1_000 }),
    line('instances made by the first call of one of them', 'instances', instances, 1, { ours: 1 }),
  ];
}
