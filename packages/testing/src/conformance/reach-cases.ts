/** What reaches beyond the operations: requests that are passed on to the vendor, and webhooks that come from it. */
import {
  createRegistry,
  type ForwardAnswer,
  type ForwardRequest,
  isIntegrationError,
  type Registry,
  type WebhookReceipt,
  type WebhookRequest,
} from '@im/core';
import type { Rig } from './rig.ts';
import { plainResilience, type Suite } from './suite.ts';
import { type ConformanceCase, notApplicable, Problems } from './types.ts';

const name = 'reached';
const marker = 'as-the-vendor-said-it-4711';

/** Calls through a registry, which moves time until they have ended. */
interface Reach {
  readonly rig: Rig;
  forward(request: ForwardRequest): Promise<ForwardAnswer>;
  receive(request: WebhookRequest): Promise<WebhookReceipt>;
}

async function reaching(suite: Suite, body: (reach: Reach) => Promise<void>): Promise<void> {
  await using rig = await suite.open();
  const registry: Registry = createRegistry({
    clock: rig.clock,
    random: () => 0.5,
    health: { checkIntervalMs: 0 },
  });
  registry.register(suite.definition, {
    name,
    tenant: rig.tenant,
    options: rig.options as never,
    resilience: plainResilience,
  });
  const tenant = registry.tenant(rig.tenant);
  try {
    await body({
      rig,
      forward: (request) => rig.clock.until(tenant.forward(name, request)),
      receive: (request) => rig.clock.until(tenant.receive(name, request)),
    });
  } finally {
    await rig.clock.until(Promise.resolve(registry[Symbol.asyncDispose]()));
  }
}

/** What is passed on is no request of the adapter's own: `tools/spec-check` does not judge it. */
const byHand = { 'x-im-by-hand': 'passed on' };

/** Runs `body` for an integration that passes requests on, with a request that its fake answers with a success. */
function forwarding(
  suite: Suite,
  body: (reach: Reach, sample: ForwardRequest) => Promise<void>,
): Promise<void> {
  if (suite.harness.startFake === undefined) notApplicable('it talks to nobody');
  return reaching(suite, async (reach) => {
    const sample = suite.harness.forwards;
    if (sample !== undefined) return body(reach, { ...sample, headers: { ...sample.headers, ...byHand } });
    const error = await reach.forward({ method: 'GET', path: '' }).then(dispose, (thrown: unknown) => thrown);
    if (isIntegrationError(error) && error.code === 'unimplemented')
      notApplicable('it passes no requests on');
    throw new Error('it passes requests on, and its harness gives none: `forwards`');
  });
}

/** Runs `body` for an integration that takes webhooks. */
function receiving(
  suite: Suite,
  body: (reach: Reach, webhookOf: (tenant: string) => Promise<WebhookRequest>) => Promise<void>,
): Promise<void> {
  if (suite.definition.webhook === undefined) notApplicable('its vendor sends no webhooks');
  const { webhook } = suite.harness;
  if (webhook === undefined) throw new Error('it takes webhooks, and its harness gives none: `webhook`');
  return reaching(suite, (reach) =>
    body(reach, async (tenant) => webhook(tenant, reach.rig.clock.now(), reach.rig.fake)),
  );
}

async function dispose(answer: ForwardAnswer): Promise<undefined> {
  await answer[Symbol.asyncDispose]();
}

async function textOf(answer: ForwardAnswer): Promise<string> {
  await using _ = answer;
  const pieces: Uint8Array[] = [];
  for await (const piece of answer.body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** URLs that must not be asked for in place of a path. */
const outsidePaths = ['https://elsewhere.test/x', 'HTTPS://elsewhere.test/x', 'http:elsewhere.test'];

/** The same words with other numbers: some vendors sign what is said and not the bytes. */
function withOtherDigits(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body).toString('latin1');
  return Buffer.from(
    text.replace(/\d/g, (digit) => String((Number(digit) + 1) % 10)),
    'latin1',
  );
}

const refusals: ReadonlySet<string> = new Set(['unauthenticated', 'invalid_argument', 'failed_precondition']);

export const reachCases: readonly ConformanceCase[] = [
  {
    id: 'C-073',
    must: 'M-23',
    title:
      'a request that is passed on carries the integration’s credential and not the caller’s, and its answer comes back whole',
    run: (suite) =>
      forwarding(suite, async ({ rig, forward }, sample) => {
        const forged = { authorization: 'Bearer of-the-caller', cookie: 'is=of-the-caller' };
        const answer = await forward({ ...sample, headers: { ...sample.headers, ...forged } });
        const said = await textOf(answer);
        const problems = new Problems();
        const exchange = rig.fake?.exchanges.at(-1);
        problems.expect(
          answer.status >= 200 && answer.status < 300,
          `the answer has status ${answer.status}`,
        );
        problems.expect(
          exchange !== undefined && said === Buffer.from(exchange.responseBody).toString(),
          'the body is not the one that the vendor sent',
        );
        const sent = JSON.stringify(exchange?.requestHeaders ?? {});
        problems.expect(!sent.includes('of-the-caller'), 'credentials of the caller were sent to the vendor');
        problems.report();
      }),
  },
  {
    id: 'C-074',
    must: 'M-23',
    title: 'a request that is passed on stays below the base URL',
    run: (suite) =>
      forwarding(suite, async ({ rig, forward }) => {
        const problems = new Problems();
        for (const path of outsidePaths) {
          const before = rig.fake?.exchanges.length;
          const error = await forward({ method: 'GET', path }).then(dispose, (thrown: unknown) => thrown);
          const code = isIntegrationError(error) ? error.code : undefined;
          problems.expect(code === 'invalid_argument', `${path}: ${code ?? 'it was not refused'}`);
          problems.expect(rig.fake?.exchanges.length === before, `${path}: something was sent`);
        }
        problems.report();
      }),
  },
  {
    id: 'C-075',
    must: 'M-23',
    title:
      'an error of the vendor’s is passed back as it came, once the policies have done what the method allows',
    run: (suite) =>
      forwarding(suite, async ({ rig, forward }, sample) => {
        const problems = new Problems();
        await dispose(await forward(sample));
        for (const method of ['GET', 'POST'] as const) {
          rig.fake?.forget();
          rig.fake?.inject({ fault: { kind: 'status', status: 503, body: marker }, times: 10 });
          const answer = await forward({ ...sample, method }).catch((error: unknown) => error);
          const sent = rig.fake?.exchanges.filter(({ fault }) => fault !== undefined).length ?? 0;
          problems.expect(method === 'GET' ? sent > 0 : sent <= 1, `${method}: sent ${sent} times`);
          rig.fake?.forget();
          const isAnswer = typeof answer === 'object' && answer !== null && 'body' in answer;
          if (!isAnswer) problems.add(`${method}: the error of the vendor was not passed back`);
          else {
            const { status } = answer as ForwardAnswer;
            const said = await textOf(answer as ForwardAnswer);
            problems.expect(status === 503 && said === marker, `${method}: ${status} ${said.slice(0, 80)}`);
          }
        }
        problems.report();
      }),
  },
  {
    id: 'C-076',
    must: 'M-24',
    title: 'a genuine webhook is read, each time alike, and its events have ids',
    run: (suite) =>
      receiving(suite, async ({ rig, receive }, webhookOf) => {
        const request = await webhookOf(rig.tenant);
        const [first, second] = [await receive(request), await receive(request)];
        const ids = (receipt: WebhookReceipt) => receipt.events.map(({ id, type }) => `${type} ${id}`);
        const problems = new Problems();
        problems.expect(first.events.length > 0, 'the sample holds no event');
        problems.expect(
          first.events.every(({ id, type }) => id !== '' && type !== ''),
          'an event has no id or type',
        );
        problems.expect(new Set(ids(first)).size === first.events.length, 'two events have the same id');
        problems.expect(
          ids(first).join() === ids(second).join(),
          'the same webhook has other ids when it comes again',
        );
        problems.report();
      }),
  },
  {
    id: 'C-077',
    must: 'M-24',
    title: 'a webhook that is not proven to come from the vendor is refused',
    run: (suite) =>
      receiving(suite, async ({ rig, receive }, webhookOf) => {
        const genuine = await webhookOf(rig.tenant);
        const forgeries: Readonly<Record<string, WebhookRequest>> = {
          'one of another body': { ...genuine, body: withOtherDigits(genuine.body) },
          'one of another body that nobody signed': {
            ...genuine,
            headers: {},
            body: withOtherDigits(genuine.body),
          },
          'one without a body': { ...genuine, body: new Uint8Array() },
          'one of another tenant': await webhookOf('tenant_b'),
        };
        const problems = new Problems();
        for (const [what, request] of Object.entries(forgeries)) {
          const error = await receive(request).then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
          const code = isIntegrationError(error) ? error.code : 'none';
          problems.expect(
            refusals.has(code),
            `${what}: ${error === undefined ? 'it was believed' : `the code is ${code}`}`,
          );
        }
        problems.report();
      }),
  },
];
