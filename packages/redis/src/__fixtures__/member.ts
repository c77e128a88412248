/**
 * One process of the fleet in `fleet.test.ts`. It makes calls under a shared rate limit and with a shared token, has an
 * endpoint for webhooks over a shared inbox, and says what it did by lines of JSON.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type Call, createIntegration, defineIntegration, type Logger, read, scopedState } from '@im/core';
import { createHttp, refreshToken } from '@im/http';
import { createPaymentGateway, memoryDriver, type RawWebhook } from '@im/payments';
import { z } from 'zod';
import { redisState } from '../index.ts';

/** What the test tells it, as its one argument. */
export interface MemberSettings {
  readonly redis: string;
  readonly prefix: string;
  readonly vendor: string;
  readonly limit: number;
  readonly windowMs: number;
  /** Calls under the limit that it keeps under way. */
  readonly width: number;
}

/** What it says. `ready`: the port of its endpoint. `effect`: the event that it has handled. The last line has `starts`. */
export type Said =
  | { readonly ready: number }
  | { readonly log: string }
  | { readonly effect: string }
  | { readonly starts: readonly number[]; readonly failures: Readonly<Record<string, number>> };

const say = (said: Said) => process.stdout.write(`${JSON.stringify(said)}\n`);
const settings: MemberSettings = JSON.parse(process.argv[2] ?? '{}');

const { redis: url, prefix } = settings;
/** Patient, for what must not be lost: tokens and webhooks. */
await using state = redisState({ url, prefix, commandTimeoutMs: 20_000 });
/** Quick to say that Redis is away, for limits. */
await using quick = redisState({ url, prefix, commandTimeoutMs: 1_000 });
const line = (message: string) => void say({ log: message });
const logger: Logger = { debug() {}, info: line, warn: line, error: line };

const starts: number[] = [];
const failures: Record<string, number> = {};
const failed = (what: string, error: unknown) => {
  const code = String((error as { readonly code?: unknown }).code ?? error);
  failures[`${what} ${code}`] = (failures[`${what} ${code}`] ?? 0) + 1;
};

const vendor = {
  title: 'Vendor',
  category: 'example',
  contract: 1,
  docs: 'https://vendor.test/',
  options: z.strictObject({}),
  egress: ['127.0.0.1'],
  errors: { docs: 'https://vendor.test/errors', rows: [] },
} as const;

const accounts = defineIntegration({
  ...vendor,
  id: 'accounts',
  http: (context) =>
    createHttp(context, {
      baseUrl: settings.vendor,
      token: refreshToken(context, {
        tokenUrl: `${settings.vendor}/token`,
        clientId: 'app',
        clientSecret: 'secret',
        refreshToken: 'refresh-0',
      }),
    }),
  connect: ({ http }) => ({
    whoAmI: read((call: Call) => http.get('api', z.object({ ok: z.literal(true) }), call)),
  }),
});
await using account = createIntegration(accounts, { options: {}, state, logger, resilience: { breaker: false } });

const limited = defineIntegration({
  ...vendor,
  id: 'limited',
  connect: () => ({ start: read(async (_call: Call) => void starts.push(Date.now())) }),
});
await using api = createIntegration(limited, {
  options: {},
  state: quick,
  logger,
  resilience: {
    shared: true,
    rateLimit: { limit: settings.limit, windowMs: settings.windowMs, processes: 4 },
    breaker: false,
  },
});

const driver = {
  ...memoryDriver(),
  webhooks: {
    verify: async ({ body }: RawWebhook) => [{ id: new TextDecoder().decode(body), type: 'something.happened' }],
  },
};
const gateway = createPaymentGateway(driver, {
  state: scopedState(state, 'payments'),
  onAlert: ({ says }) => line(says),
});
const inbox = gateway.inbox({ handleMs: 5_000, handle: async ({ id }) => void say({ effect: id }) });

let stopped = false;
const forever = async (what: string, work: () => Promise<unknown>) => {
  while (!stopped) {
    await work().catch((error) => failed(what, error));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
};
const server = createServer(async (request, response) => {
  if (request.url === '/stop') stopped = true;
  else {
    const body = await buffer(request);
    const received = await inbox.receive({ body, headers: {} }).catch((error) => failed('inbox', error));
    response.statusCode = received === undefined ? 503 : 204;
  }
  response.end();
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const work = [
  ...Array.from({ length: settings.width }, () => forever('limited', () => api.start())),
  ...Array.from({ length: 5 }, () => forever('account', () => account.whoAmI())),
];
say({ ready: (server.address() as AddressInfo).port });
await Promise.all(work);
server.close();
server.closeAllConnections();
say({ starts, failures });
