import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createCall, createContext, json, startServer } from './__tests__/support.ts';
import { createHttp } from './client.ts';
import { createEgressGuard } from './egress.ts';
import { none } from './schemas.ts';
import { sharedTransport, transportOf } from './shared-transport.ts';
import type { Transport } from './transport.ts';

it('a provider sends by the transport of the application, else by that of the process', () => {
  const own: Transport = () => Promise.reject(new Error('not sent'));
  expect(transportOf(createContext({ transport: own }))).toBe(own);
  expect(transportOf(createContext())).toBe(sharedTransport);
});

it('clients and other users of the shared transport have one connection, where their guards decide alike', async () => {
  await using server = await startServer((_request, response) => json(response, {}));
  const http = createHttp(createContext(), { baseUrl: server.url });
  const guard = createEgressGuard({ allow: [], onPurpose: [server.url] });
  let opened = 0;
  const count = () => {
    opened += 1;
  };
  subscribe('net.client.socket', count);
  try {
    for (let round = 0; round < 3; round += 1) {
      await http.get('x', none, createCall());
      await turn();
      const { signal } = new AbortController();
      const url = new URL(server.url);
      await (await sharedTransport({ method: 'GET', url, headers: {}, signal, guard })).bytes?.(100);
      await turn();
    }
  } finally {
    unsubscribe('net.client.socket', count);
  }
  expect(server.requests).toHaveLength(6);
  expect(opened).toBe(1);
});
