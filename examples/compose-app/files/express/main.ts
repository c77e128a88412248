/** The shop under Express: the tenant is the first part of the path. */
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import { toFailure } from './failure.ts';
import { open, untilStopped } from './open.ts';
import { createShop } from './shop.ts';
import { signalOf } from './signal.ts';
import { startStore } from './store.ts';

await using all = await open(startStore);
const shop = createShop(all.registry);

const app = express();
app.use(express.json());
app.get('/:tenant/profile', async ({ params }, response) => {
  response.json(await shop.profile(params.tenant, signalOf(response)));
});
app.post('/:tenant/orders', async ({ params, body }, response) => {
  response.status(201).json(await shop.order(params.tenant, body, signalOf(response)));
});
app.get('/:tenant/receipts', async ({ params }, response) => {
  response.json(await shop.receipts(params.tenant, signalOf(response)));
});
app.get('/:tenant/receipts/:reference', async ({ params }, response) => {
  response.json(await shop.receipt(params.tenant, params.reference, signalOf(response)));
});
app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
  const { status, body } = toFailure(error);
  response.status(status).json(body);
});

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
await untilStopped();
await new Promise((resolve) => server.close(resolve));
