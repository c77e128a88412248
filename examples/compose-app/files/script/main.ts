/**
 * The shop as a plain script, without a framework: a line of JSON on standard input is a request, a line on standard output its answer,
 * `{ "status", "body" }`.
 */
import { createInterface } from 'node:readline';
import { toFailure } from './failure.ts';
import { open } from './open.ts';
import { createShop, type Order } from './shop.ts';
import { startStore } from './store.ts';

/** A line of standard input. */
interface Line {
  readonly tenant: string;
  readonly what: 'profile' | 'order' | 'receipts' | 'receipt';
  /** Of `receipt`: its number. */
  readonly reference?: string;
  /** Of `order`. */
  readonly order?: Order;
}

await using all = await open(startStore);
const shop = createShop(all.registry);

const commands: Record<Line['what'], (line: Line) => Promise<unknown>> = {
  profile: ({ tenant }) => shop.profile(tenant),
  order: ({ tenant, order = { reference: '', title: '', method: '' } }) => shop.order(tenant, order),
  receipts: ({ tenant }) => shop.receipts(tenant),
  receipt: ({ tenant, reference = '' }) => shop.receipt(tenant, reference),
};

console.log('ready');
for await (const text of createInterface({ input: process.stdin })) {
  const line = JSON.parse(text) as Line;
  const answer = await commands[line.what](line).then(
    (body) => ({ status: line.what === 'order' ? 201 : 200, body }),
    toFailure,
  );
  console.log(JSON.stringify(answer));
}
