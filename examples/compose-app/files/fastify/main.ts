/** The shop under Fastify: the tenant is the first part of the path. */
import fastify from 'fastify';
import { toFailure } from './failure.ts';
import { open, untilStopped } from './open.ts';
import { createShop, type Order } from './shop.ts';
import { signalOf } from './signal.ts';
import { startStore } from './store.ts';

await using all = await open(startStore);
const shop = createShop(all.registry);

const app = fastify();
interface ForTenant {
  readonly Params: { readonly tenant: string };
}
app.get<ForTenant>('/:tenant/profile', ({ params }, { raw }) => shop.profile(params.tenant, signalOf(raw)));
app.post<ForTenant & { readonly Body: Order }>('/:tenant/orders', async ({ params, body }, reply) => {
  reply.code(201);
  return shop.order(params.tenant, body, signalOf(reply.raw));
});
app.get<ForTenant>('/:tenant/receipts', ({ params }, { raw }) => shop.receipts(params.tenant, signalOf(raw)));
app.get<{ readonly Params: { readonly tenant: string; readonly reference: string } }>(
  '/:tenant/receipts/:reference',
  ({ params }, { raw }) => shop.receipt(params.tenant, params.reference, signalOf(raw)),
);
app.setErrorHandler((error, _request, reply) => {
  const { status, body } = toFailure(error);
  return reply.code(status).send(body);
});

console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
await untilStopped();
await app.close();
