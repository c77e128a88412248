/** Payments at Stripe: our operation, and the gateway over it, against the vendor's SDK alone. The server is another process. */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createIntegration, memoryState } from '@im/core';
import { createPaymentGateway, money } from '@im/payments';
import { stripe, stripeDriver } from '@im/stripe';
import { Stripe } from 'stripe';
import { type Contender, inFlight, type Line, line, oneByOne, type Taken, timedContest } from '../measure.ts';

const width = 50;
/** At most so much of the SDK's CPU time, and at least so much of its calls a second. */
const bars = { cpu: { ratio: 1.2 }, wall: { ratio: 1 / 0.85 } } as const;
/** That a payment happens once: records before and after it, an index, checks, integrity. */
const gatewayBars = { cpu: { ratio: 2 }, wall: { ratio: 2 } } as const;

const payment = {
  amount: 2_000,
  currency: 'eur',
  payment_method: 'pm_card_visa',
  confirm: true,
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  metadata: { order: '1' },
} as const;

/** All contenders on one server. */
async function open(port: number) {
  const options = { secretKey: 'sk_test_benchmark', baseUrl: `http://127.0.0.1:${port}` };
  // As many at once as are in flight, so that nobody waits for our own gate.
  const client = createIntegration(stripe, { options, resilience: { bulkhead: { maxConcurrent: 200 } } });
  const bare = new Stripe(options.secretKey, {
    host: '127.0.0.1',
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  });
  const driver = stripeDriver(client);
  const openGateway = () =>
    createPaymentGateway(driver, {
      state: memoryState(),
      onAlert: ({ says }) => {
        throw new Error(says);
      },
    });
  const amount = money(2_000n, 'EUR');
  return {
    ours: () => client.createPaymentIntent(payment),
    bare: () => bare.paymentIntents.create(payment, { idempotencyKey: randomUUID() }),
    /** With a state of its own each round, so that none has to look through what the others left. */
    gateway: (contender: (call: () => Promise<unknown>) => Contender) => (times: number) => {
      const gateway = openGateway();
      return contender(() => gateway.create({ reference: randomUUID(), amount, method: 'pm_card_visa' }))(
        times,
      );
    },
    close: () => client[Symbol.asyncDispose](),
  };
}

/** CPU and time of one contender against the SDK. */
function lines(
  what: string,
  ours: Taken,
  bare: Taken,
  { cpu, wall }: typeof bars | typeof gatewayBars,
): Line[] {
  return [
    line(`Stripe: ${what}, against the bare SDK, CPU`, 'ns CPU', ours.cpu, bare.cpu, cpu),
    line(`Stripe: ${what}, against the bare SDK, time`, 'ns', ours.wall, bare.wall, wall),
  ];
}

/** The lines of this part. */
export async function benchStripe(): Promise<readonly Line[]> {
  const server = fork(new URL('../support/stripe-server.ts', import.meta.url), { execArgv: [] });
  const [port] = await once(server, 'message');
  const { ours, bare, gateway, close } = await open(Number(port));
  try {
    const many = await timedContest(
      {
        ours: inFlight(width, ours),
        bare: inFlight(width, bare),
        gateway: gateway((call) => inFlight(width, call)),
      },
      { times: 1_500 },
    );
    const one = await timedContest(
      { ours: oneByOne(ours), bare: oneByOne(bare), gateway: gateway(oneByOne) },
      { times: 600 },
    );
    return [
      ...lines('a payment made and confirmed, 50 in flight', many.ours, many.bare, bars),
      ...lines('a payment made and confirmed, one by one', one.ours, one.bare, bars),
      ...lines('a payment by the gateway, 50 in flight', many.gateway, many.bare, gatewayBars),
      ...lines('a payment by the gateway, one by one', one.gateway, one.bare, gatewayBars),
    ];
  } finally {
    await close();
    server.disconnect();
  }
}
