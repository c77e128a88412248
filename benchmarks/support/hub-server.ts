/**
 * The servers of the hub's benchmarks, each in a process of its own: `node hub-server.ts <kind> [url of the vendor]`. Tells its URL, and what it has
 * spent whenever it is asked.
 */
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { type Call, createRegistry, defineIntegration, read } from '@im/core';
import { createHttp, staticToken, text } from '@im/http';
import { createServer } from '@im/server';
import { memory } from '@im/testing';
import { Hono } from 'hono';
import { Pool } from 'undici';
import { z } from 'zod';

const [kind = '', vendor = ''] = process.argv.slice(2);

const answer = Buffer.from(
  JSON.stringify({ id: '11dFghVXANMlKmJXsNCbNl', name: 'Cut To The Feeling', popularity: 63 }),
);

/** Twenty integrations, as many as a hub of one team has. */
function hubOf(): Promise<string> {
  const registry = createRegistry({ health: { checkIntervalMs: 0 } });
  for (let index = 0; index < 20; index += 1)
    registry.register(memory, { name: `memory_${index}`, options: {} });
  const service = defineIntegration({
    id: 'vendor',
    title: 'Vendor',
    category: 'example',
    contract: 1,
    docs: 'https://vendor.example',
    options: z.strictObject({}),
    egress: ['vendor.example'],
    errors: { docs: 'https://vendor.example', rows: [] },
    resilience: { bulkhead: { maxConcurrent: 200 } },
    http: (context) => createHttp(context, { baseUrl: vendor, token: staticToken('benchmark') }),
    connect: ({ http }) => ({ get: read((call: Call) => http.get('tracks/1', text, call)) }),
  });
  if (vendor !== '') registry.register(service, { name: 'vendor', options: {} });
  return createServer({ registry, port: 0 }).listen();
}

async function listen(listener: RequestListener): Promise<string> {
  const server = createHttpServer(listener);
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** One route of the hub's framework, with an answer of the size of the hub's. */
function bareRoute(): Promise<string> {
  const app = new Hono();
  const health = {
    status: 'healthy',
    ready: true,
    draining: false,
    total: 20,
    byStatus: { healthy: 20 },
    reasons: [],
  };
  app.get('/integrations/health', (context) => context.json(health));
  return listen(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
}

/** The least that passes requests on. */
function bareProxy(): Promise<string> {
  const pool = new Pool(new URL(vendor).origin, { connections: 128 });
  const prefix = '/proxy/vendor';
  const base = new URL(vendor).pathname.replace(/\/$/, '');
  return listen(async (request, response) => {
    const { host: _, connection: __, ...headers } = request.headers;
    const {
      statusCode,
      headers: answered,
      body,
    } = await pool.request({
      path: base + (request.url ?? '').slice(prefix.length),
      method: 'GET',
      headers: { ...headers, authorization: 'Bearer benchmark' },
    });
    response.writeHead(statusCode, answered as Record<string, string>);
    pipeline(body, response, () => undefined);
  });
}

const servers: Readonly<Record<string, () => Promise<string>>> = {
  hub: hubOf,
  'bare-route': bareRoute,
  'bare-proxy': bareProxy,
  vendor: () =>
    listen((_request, response) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': String(answer.byteLength),
      });
      response.end(answer);
    }),
};

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.((user + system) * 1_000);
});
process.on('disconnect', () => process.exit());
process.send?.(await servers[kind]?.());
