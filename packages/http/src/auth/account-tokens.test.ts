import { type Call, createIntegration, defineIntegration, provide, read } from '@im/core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { json, startServer } from '../__tests__/support.ts';
import { createHttp } from '../client.ts';
import { accountToken, accountTokensKey, type WantedAccount } from './account-tokens.ts';
import { staticToken } from './token-source.ts';

const shop = defineIntegration({
  id: 'shop',
  title: 'Shop',
  category: 'example',
  contract: 1,
  docs: 'https://shop.test/',
  options: z.strictObject({ url: z.string(), connection: z.string() }),
  egress: [],
  errors: { docs: 'https://shop.test/errors', rows: [] },
  http: (context) =>
    createHttp(context, {
      baseUrl: context.options.url,
      token: accountToken(context, context.options.connection),
    }),
  connect: ({ http }) => ({ get: read((call: Call) => http.get('x', z.object({ got: z.string() }), call)) }),
});

it('the token of an account that the application keeps comes by its id, tenant and provider', async () => {
  await using server = await startServer(({ headers }, response) =>
    json(response, { got: headers.authorization }),
  );
  const wanted: WantedAccount[] = [];
  const give = (account: WantedAccount) => {
    wanted.push(account);
    return staticToken(`token-of-${account.account}`);
  };
  await using client = createIntegration(shop, {
    tenant: 'acme',
    name: 'shop_main',
    options: { url: server.url, connection: 'c1' },
    services: [provide(accountTokensKey, give)],
  });
  expect([await client.get(), await client.get()]).toEqual(Array(2).fill({ got: 'Bearer token-of-c1' }));
  expect(wanted).toEqual([{ provider: 'shop', integration: 'shop_main', tenant: 'acme', account: 'c1' }]);
});

it('an application that keeps no accounts is told so', async () => {
  await using client = createIntegration(shop, { options: { url: 'http://127.0.0.1:9/', connection: 'c1' } });
  await expect(client.get()).rejects.toMatchObject({
    code: 'failed_precondition',
    reason: 'no_account_tokens',
  });
});
