/** Webhooks of a made-up vendor, from the socket to the application. */
import { createHmac } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  type Call,
  createRegistry,
  defineIntegration,
  IntegrationError,
  memoryState,
  read,
  Secret,
  secret,
  type WebhookRequest,
} from '@im/core';
import { standardWebhooks } from '@im/http';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createServer } from '../server.ts';
import { deliverTo } from '../webhooks/deliver.ts';
import type { WebhookOptions } from '../webhooks/inbox.ts';

const sign = (body: string, key: string) => createHmac('sha256', key).update(body).digest('hex');

const library = defineIntegration({
  id: 'library',
  title: 'Library',
  category: 'example',
  contract: 1,
  docs: 'https://library.test/docs',
  options: z.strictObject({ key: secret() }),
  egress: [],
  errors: { docs: 'https://library.test/errors', rows: [] },
  connect: ({ options }) => ({
    readWebhook: read(async ({ headers, body }: WebhookRequest, _call: Call) => {
      const text = Buffer.from(body).toString();
      if (headers['x-signature'] !== sign(text, options.key.reveal()))
        throw new IntegrationError('the signature is wrong', { code: 'unauthenticated' });
      return JSON.parse(text) as { id: string; type: string }[];
    }),
  }),
  webhook: async (api, request, call) => {
    const list = await api.readWebhook(request, call);
    const reply = list.length === 0 ? { status: 200, contentType: 'text/plain', body: 'welcome' } : undefined;
    return { events: list.map((data) => ({ id: data.id, type: data.type, data })), reply };
  },
});

const keyOf = (tenant: string) => `key-of-${tenant}`;

function open(webhooks: WebhookOptions | undefined) {
  const registry = createRegistry({ health: { checkIntervalMs: 0 } });
  for (const tenant of ['default', 'acme'])
    registry.register(library, { tenant, options: { key: keyOf(tenant) } });
  const hub = createServer({ registry, webhooks, state: memoryState() });
  const send = async (
    list: readonly object[],
    how: { tenant?: string; key?: string; name?: string } = {},
  ) => {
    const body = JSON.stringify(list);
    const { tenant = 'default', key = keyOf(tenant), name = 'library' } = how;
    const query = tenant === 'default' ? '' : `?tenant=${tenant}`;
    const headers = { 'x-signature': sign(body, key) };
    return hub.app.request(`/webhooks/${name}${query}`, { method: 'POST', headers, body });
  };
  return { hub, send, [Symbol.asyncDispose]: () => hub.close() };
}

const lent = (id: string) => ({ id, type: 'book.lent' });

describe('webhooks of a vendor', () => {
  it('are done once, however often they come, for each tenant alone', async () => {
    const done: string[] = [];
    await using scene = open({
      handle: async (event, source) =>
        void done.push(`${source.tenant} ${source.provider} ${event.type} ${event.id}`),
    });
    for (let time = 0; time < 3; time += 1)
      expect((await scene.send([lent('1'), lent('2')])).status).toBe(204);
    expect((await scene.send([lent('1')], { tenant: 'acme' })).status).toBe(204);
    expect(done).toEqual([
      'default library book.lent 1',
      'default library book.lent 2',
      'acme library book.lent 1',
    ]);
  });

  it('have the address that the vendor called, whatever a proxy in between has made of it', async () => {
    const seen: string[] = [];
    const registry = createRegistry({ health: { checkIntervalMs: 0 } });
    const asked = {
      ...library,
      webhook: async (_api: unknown, { url }: WebhookRequest) => {
        seen.push(url);
        return { events: [] };
      },
    };
    registry.register(asked as typeof library, { options: { key: 'k' } });
    const webhooks = { handle: async () => undefined, baseUrl: 'https://example.test/hub/' };
    await using hub = createServer({ registry, webhooks });
    await hub.app.request('http://10.0.0.7:8080/webhooks/library?tenant=default', { method: 'POST' });
    expect(seen).toEqual(['https://example.test/hub/webhooks/library?tenant=default']);
  });

  it('are answered as the vendor expects it', async () => {
    await using scene = open({ handle: async () => undefined });
    const answer = await scene.send([]);
    expect([answer.status, await answer.text()]).toEqual([200, 'welcome']);
  });

  it('are sent again until they are done', async () => {
    let times = 0;
    await using scene = open({
      handle: async () => {
        times += 1;
        if (times === 1) throw new Error('the application is down, and its password is hunter2');
      },
    });
    const first = await scene.send([lent('1')]);
    expect(first.status).toBe(503);
    expect(await first.text()).not.toContain('hunter2');
    expect((await scene.send([lent('1')])).status).toBe(204);
    expect((await scene.send([lent('1')])).status).toBe(204);
    expect(times).toBe(2);
  });

  it('come again while they are being done, and are not done twice', async () => {
    const gate = Promise.withResolvers<void>();
    let times = 0;
    await using scene = open({
      handle: () => {
        times += 1;
        return gate.promise;
      },
    });
    const slow = scene.send([lent('1')]);
    while (times === 0) await new Promise(setImmediate);
    const copy = await scene.send([lent('1')]);
    expect([copy.status, copy.headers.get('retry-after')]).toEqual([503, '60']);
    gate.resolve();
    expect((await slow).status).toBe(204);
    expect(times).toBe(1);
  });

  it('that are not believed are all answered alike', async () => {
    await using scene = open({ handle: async () => expect.unreachable() });
    const answers = await Promise.all([
      scene.send([lent('1')], { key: 'another' }),
      scene.send([lent('1')], { tenant: 'acme', key: keyOf('default') }),
      scene.send([lent('1')], { tenant: 'nobody' }),
      scene.send([lent('1')], { name: 'nothing' }),
    ]);
    const bodies = await Promise.all(
      answers.map(async (answer) => ({ ...((await answer.json()) as object), instance: undefined })),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
  });

  it('are refused for now where nobody takes them', async () => {
    await using scene = open(undefined);
    expect((await scene.send([lent('1')])).status).toBe(503);
    expect((await scene.send([])).status).toBe(200);
  });
});

describe('events that are handed on', () => {
  it('reach the application signed, and are sent again until it has taken them', async () => {
    const key = `whsec_${Buffer.from('a secret of 24 bytes or so').toString('base64')}`;
    const verify = standardWebhooks({ secrets: [key] });
    const got: unknown[] = [];
    const application = createHttpServer(async (request, response) => {
      const body = await buffer(request);
      const { id } = await verify({ body, headers: request.headers });
      got.push({ id, ...(JSON.parse(body.toString()) as object) });
      response.writeHead(got.length === 1 ? 500 : 204).end();
    });
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(application.address() as AddressInfo).port}/events`;
    await using scene = open({ handle: deliverTo({ url, secret: new Secret(key) }) });
    expect((await scene.send([lent('1')])).status).toBe(503);
    expect((await scene.send([lent('1')])).status).toBe(204);
    application.closeAllConnections();
    application.close();
    const [first, second] = got as { id: string }[];
    expect(first).toMatchObject({
      type: 'book.lent',
      data: { id: '1' },
      source: { tenant: 'default', integration: 'library', provider: 'library' },
    });
    expect(second?.id).toBe(first?.id);
  });
});
