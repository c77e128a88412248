/** Runs fakes of AWS's services on one port: who asks, which service and operation is meant, and its answer or error. */
import { type Clock, systemClock } from '@im/core';
import { type FakeRequest, type FakeResponse, type FakeServer, startFakeServer } from '@im/testing';
import { escapeUri } from '../query.ts';
import { createAccounts, type FakeAccounts, type Principal } from './accounts.ts';
import { type Handle, routesOf } from './dispatch.ts';
import { faultFor, signatureFault } from './faults.ts';
import { answer, isFault, refusal } from './protocols.ts';
import type { FakeService } from './service.ts';
import { verifySignature } from './verify-signature.ts';

/** What all fakes of AWS have in common. */
export interface AwsFakeOptions {
  readonly clock?: Clock | undefined;
  /** For accounts, names and ids. Default 1. */
  readonly seed?: number | undefined;
  /** Default `us-east-1`. */
  readonly region?: string | undefined;
}

/** A running server with its accounts. */
export interface AwsFakeServer extends FakeServer {
  readonly accounts: FakeAccounts;
  readonly region: string;
  readonly clock: Clock;
}

/** Tenant of accounts that are asked for without one. */
export const sampleTenant = 'tenant_a';

/** A complete response in place of an output. */
export function respond(response: FakeResponse): FakeResponse {
  return Object.assign({ ...response }, { [whole]: true });
}

const whole = Symbol('a whole response');

/** Starts the services on a free port of 127.0.0.1. Errors of the first one's protocol are given for faults. */
export async function startAwsServer(
  name: string,
  services: (server: {
    readonly accounts: FakeAccounts;
    readonly clock: Clock;
    readonly region: string;
    url(): string;
  }) => readonly [FakeService, ...FakeService[]],
  options: AwsFakeOptions,
): Promise<AwsFakeServer> {
  const { clock = systemClock, seed = 1, region = 'us-east-1' } = options;
  const accounts = createAccounts(clock, seed);
  let url = '';
  const all = services({ accounts, clock, region, url: () => url });
  let requests = 0;
  const nextId = () => {
    requests += 1;
    return `${String(requests).padStart(8, '0')}-1a2b-4c3d-8e9f-${String(seed).padStart(12, '0')}`;
  };

  const handle: Handle = (service, operation, request, run) => {
    const requestId = nextId();
    const failed = (thrown: unknown): FakeResponse => {
      if (isFault(thrown)) return refusal(service, thrown, requestId);
      throw thrown;
    };
    const done = (output: unknown): FakeResponse => {
      if (!isWhole(output)) return answer(service, operation, output, requestId);
      return { ...output, headers: { 'x-amzn-requestid': requestId, ...output.headers } };
    };
    try {
      const output = run(() => ({ principal: whoAsks(request, service), request }));
      return output instanceof Promise ? output.then(done, failed) : done(output);
    } catch (thrown) {
      return failed(thrown);
    }
  };

  const whoAsks = (request: FakeRequest, service: FakeService): Principal => {
    // As it was sent, since every way to escape a query is the same query to a signature.
    const search = [...request.query].map((pair) => pair.map(escapeUri).join('=')).join('&');
    const target = search === '' ? request.path : `${request.path}?${search}`;
    const verdict = verifySignature(
      { method: request.method, target, headers: request.headers, body: request.sentBody },
      { service: service.service, region, now: clock.now(), credentialsOf: accounts.credentials },
    );
    if (!verdict.ok) throw signatureFault(verdict.reason, service);
    const principal = accounts.principal(verdict.accessKeyId);
    if (principal === undefined) throw signatureFault('unknown-key', service);
    return principal;
  };

  const server = await startFakeServer({
    name,
    clock,
    routes: routesOf(all, handle),
    decodes: all.some(({ takesGzip }) => takesGzip === true),
    faultBody: (status) => refusal(all[0], faultFor(status), nextId()),
    expireTokens: accounts.expireSessions,
  });
  url = server.url;
  return Object.assign(server, { accounts, region, clock });
}

function isWhole(output: unknown): output is FakeResponse {
  return typeof output === 'object' && output !== null && whole in output;
}
