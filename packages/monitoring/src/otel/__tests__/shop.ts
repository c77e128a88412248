/** A small vendor on loopback, and its integration as a provider would write it. */
import { type Call, defineIntegration, read, secret, unsafe } from '@im/core';
import { createHttp, type HttpSettings, staticToken } from '@im/http';
import { type FakeServer, startFakeServer } from '@im/testing';
import { z } from 'zod';

/** Starts the vendor: `GET /items/:id` knows every item but `none`, `GET /moved` points to `elsewhere`. */
export function startShop(elsewhere = 'http://127.0.0.1:9/'): Promise<FakeServer> {
  return startFakeServer({
    name: 'shop',
    record: () => {},
    routes: {
      'GET /items/:id': ({ params }) =>
        params.id === 'none'
          ? { status: 404, json: { error: 'no such item' } }
          : { json: { id: String(params.id) } },
      'POST /items': () => ({ json: { id: 'new' } }),
      'GET /moved': () => ({ status: 302, headers: { location: elsewhere } }),
    },
  });
}

const item = z.object({ id: z.string() });

/** Defines the integration; `settings` as a provider gives them to its client. */
export const defineShop = (settings: Partial<HttpSettings> = {}) =>
  defineIntegration({
    id: 'shop',
    title: 'Shop',
    category: 'example',
    contract: 1,
    docs: 'https://example.com/shop',
    options: z.strictObject({ apiKey: secret(), baseUrl: z.url() }),
    egress: [],
    errors: { docs: 'https://example.com/shop/errors', rows: [] },
    connect: (context) => {
      const { options } = context;
      const http = createHttp(context, {
        baseUrl: options.baseUrl,
        token: staticToken(options.apiKey),
        readFailure: (_status, body) => ({ says: (body as { readonly error?: string } | undefined)?.error }),
        ...settings,
      });
      return {
        getItem: read((id: string, call: Call) => http.get(`items/${id}`, item, call)),
        addItem: unsafe((call: Call) => http.post('items', item, call, { json: { id: 'new' } })),
        getMoved: read((call: Call) => http.get('moved', item, call)),
      };
    },
  });
