/** What a caller is told when the vendor fails, and when it says to come back later. */
import { type AnyDefinition, type ErrorCode, isIntegrationError } from '@im/core';
import type { FaultRule } from '../fake-server.ts';
import type { Rig } from './rig.ts';
import { thrownBy } from './settle.ts';
import type { Suite } from './suite.ts';
import { type ConformanceCase, notApplicable, Problems } from './types.ts';

/** What a status means where the provider's table does not say (RFC 9110 §15). */
const usualMeaning: Readonly<Record<number, readonly ErrorCode[]>> = {
  400: ['invalid_argument'],
  401: ['unauthenticated'],
  403: ['permission_denied'],
  404: ['not_found'],
  409: ['already_exists', 'failed_precondition'],
  422: ['invalid_argument'],
  429: ['resource_exhausted'],
  500: ['internal', 'unavailable', 'unknown'],
  503: ['unavailable'],
};

/** Codes that the provider's table allows for a status: the fake may or may not name a reason. */
function expectedCodes({ errors }: AnyDefinition, status: number): readonly ErrorCode[] {
  const rows = errors.rows.filter((row) => {
    if (typeof row.status === 'object') return status >= row.status[0] && status <= row.status[1];
    return row.status === undefined ? row.reason !== undefined : row.status === status;
  });
  const sure = rows.find((row) => row.reason === undefined);
  const perhaps = rows.filter((row) => row.reason !== undefined).map(({ code }) => code);
  return [...perhaps, ...(sure === undefined ? (usualMeaning[status] ?? []) : [sure.code])];
}

/** The first read that talks, with a client that tries once, and the path of its request. */
async function withRead(
  suite: Suite,
  body: (rig: Rig, name: string, fail: (rule: Omit<FaultRule, 'path'>) => void) => Promise<void>,
  retry = false,
): Promise<void> {
  if (suite.harness.startFake === undefined) notApplicable('it talks to nobody');
  const [name] = await suite.talking('read');
  if (name === undefined) notApplicable('it has no read that talks to the fake');
  const target = (await suite.profiles()).get(name)?.exchanges.at(-1)?.target ?? '/';
  await using rig = await suite.open(retry ? {} : { resilience: { retry: false } });
  await body(rig, name, (rule) =>
    rig.fake?.inject({ times: Number.POSITIVE_INFINITY, ...rule, path: target.split('?')[0] }),
  );
}

const requestId = 'conformance-request-1';
/** Headers in which vendors give the id of a request; what the provider reads is among them or in its fake's own answer. */
const requestIdHeaders = Object.fromEntries(
  [
    'x-request-id',
    'request-id',
    'x-amzn-requestid',
    'x-ms-request-id',
    'x-correlation-id',
    'x-trace-id',
    'cf-ray',
  ].map((name) => [name, requestId]),
);

export const failureCases: readonly ConformanceCase[] = [
  {
    id: 'C-030',
    must: 'M-11',
    title: 'each status becomes an IntegrationError with the canonical code of the provider’s table',
    run: (suite) =>
      withRead(suite, async (rig, name, fail) => {
        const problems = new Problems();
        for (const status of Object.keys(usualMeaning).map(Number)) {
          rig.fake?.forget();
          fail({ fault: { kind: 'status', status } });
          const error = await thrownBy(rig.call(name));
          const codes = expectedCodes(suite.definition, status);
          if (!isIntegrationError(error))
            problems.add(
              `status ${status}: ${error === undefined ? 'it succeeded' : 'it is no IntegrationError'}`,
            );
          else
            problems.expect(
              codes.includes(error.code),
              `status ${status}: the code is ${error.code}, not ${codes.join(' or ')}`,
            );
        }
        problems.report();
      }),
  },
  {
    id: 'C-031',
    must: 'M-12',
    title:
      'an error names provider, operation, integration, tenant, status and the vendor’s id of the request',
    run: (suite) =>
      withRead(suite, async (rig, name, fail) => {
        fail({ fault: { kind: 'status', status: 403, headers: requestIdHeaders } });
        const error = await thrownBy(rig.call(name));
        if (!isIntegrationError(error)) throw new Error('it threw something else than an IntegrationError');
        const problems = new Problems();
        const expected = {
          provider: suite.definition.id,
          operation: name,
          integration: `${suite.definition.id}_main`,
          tenant: rig.tenant,
          status: 403,
          attempts: 1,
          requestId,
        };
        for (const [field, value] of Object.entries(expected)) {
          const is = error[field as keyof typeof expected];
          problems.expect(is === value, `${field} is ${JSON.stringify(is)}, not ${JSON.stringify(value)}`);
        }
        problems.expect(
          error.message.startsWith(`${suite.definition.id}.${name}: `),
          'the message does not begin with its place',
        );
        problems.report();
      }),
  },
  ...(['seconds', 'date'] as const).map(
    (form): ConformanceCase => ({
      id: form === 'seconds' ? 'C-032' : 'C-033',
      must: 'M-13',
      title: `Retry-After as ${form === 'seconds' ? 'seconds' : 'an HTTP date'} is waited out before the next attempt`,
      run: (suite) =>
        withRead(
          suite,
          async (rig, name, fail) => {
            const retryAfter = form === 'seconds' ? { seconds: 17 } : { dateInMs: 17_000 };
            fail({ fault: { kind: 'status', status: 429, retryAfter }, times: 1 });
            await rig.call(name);
            const [first, second] = rig.fake?.exchanges ?? [];
            const waited = (second?.at ?? Number.NaN) - (first?.at ?? Number.NaN);
            if (!(waited >= 17_000)) throw new Error(`the next attempt came after ${waited} ms of 17000`);
            if (waited > 60_000) throw new Error(`the next attempt came after ${waited} ms: far too late`);
          },
          true,
        ),
    }),
  ),
  {
    id: 'C-034',
    must: 'M-13',
    title: 'other calls wait out a Retry-After too',
    run: (suite) =>
      withRead(
        suite,
        async (rig, name, fail) => {
          fail({ fault: { kind: 'status', status: 429, retryAfter: { seconds: 17 } }, times: 1 });
          const first = rig.start(name);
          await rig.wait(() => rig.fake?.exchanges[0]?.status === 429, 'the first answer');
          await rig.clock.advance(1_000);
          await rig.clock.until(Promise.all([first, rig.start(name)]));
          const [refused, ...later] = rig.fake?.exchanges ?? [];
          const tooEarly = later.filter(({ at }) => at - (refused?.at ?? 0) < 17_000);
          if (tooEarly.length > 0)
            throw new Error(`${tooEarly.length} requests were sent before the time was over`);
        },
        true,
      ),
  },
  {
    id: 'C-035',
    must: 'M-13',
    title: 'a Retry-After beyond the time of the call fails it at once, with the instant to come back',
    run: (suite) =>
      withRead(
        suite,
        async (rig, name, fail) => {
          fail({ fault: { kind: 'status', status: 429, retryAfter: { seconds: 3_600 } } });
          const before = rig.clock.now();
          const error = await thrownBy(rig.call(name, { timeoutMs: 20_000 }));
          const problems = new Problems();
          const notBefore = isIntegrationError(error) ? error.notBefore : undefined;
          problems.expect((notBefore ?? 0) >= before + 3_600_000, `notBefore is ${notBefore}`);
          problems.expect(
            rig.clock.now() - before < 1_000,
            `it failed only after ${rig.clock.now() - before} ms`,
          );
          problems.expect(rig.fake?.exchanges.length === 1, `it sent ${rig.fake?.exchanges.length} requests`);
          problems.report();
        },
        true,
      ),
  },
];
