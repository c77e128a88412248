import { describe, expect, it } from 'vitest';
import { type ErrorTable, IntegrationError, VendorError, type VendorFailure } from './errors.ts';
import type { Effect } from './operation.ts';
import { type ErrorPlace, toIntegrationError } from './to-integration-error.ts';

const errors: ErrorTable = {
  docs: 'https://example.com/errors',
  rows: [
    { status: 403, reason: 'insufficient_scope', code: 'permission_denied', remedy: 'reconnect the account' },
    { status: [400, 499], reason: /^token_/g, code: 'unauthenticated', says: 'token expired' },
    { status: 409, code: 'already_exists' },
    { status: 503, reason: 'maintenance', code: 'unavailable', effect: 'none' },
    { reason: 'busy', code: 'internal', retryable: true },
  ],
  read: (cause) =>
    cause instanceof RangeError ? { status: 404, reason: cause.name, sent: true } : undefined,
};

const at = (more: Partial<ErrorPlace> = {}): ErrorPlace => ({
  names: { provider: 'acme', integration: 'acme_main', tenant: 'one' },
  errors,
  operation: { name: 'getThing', effect: 'read' },
  attempts: 1,
  sent: false,
  unclear: false,
  now: 1_000,
  ...more,
});

const unsafe = { name: 'addThing', effect: 'unsafe' } as const;
const failed = (failure: Partial<VendorFailure>) => new VendorError({ sent: true, ...failure });

describe('toIntegrationError', () => {
  it('takes the first row of the table that matches whole', () => {
    const of = (failure: Partial<VendorFailure>) => toIntegrationError(failed(failure), at());
    expect(of({ status: 403, reason: 'insufficient_scope' })).toMatchObject({
      code: 'permission_denied',
      reason: 'insufficient_scope',
      message: 'acme.getThing: answered with status 403; reconnect the account',
    });
    expect(of({ status: 403, reason: 'other' }).code).toBe('permission_denied');
    for (let time = 0; time < 3; time += 1) {
      expect(of({ status: 401, reason: 'token_expired' }).message).toBe('acme.getThing: token expired');
    }
    expect(of({ status: 409 }).code).toBe('already_exists');
    expect(of({ status: 500, reason: 'busy' })).toMatchObject({ code: 'internal', retryable: true });
  });

  it('falls back to the usual meaning of the status', () => {
    const codes = [
      400, 401, 403, 404, 405, 408, 412, 418, 422, 429, 451, 500, 501, 502, 503, 504, 520, 302, 200,
    ].map((status) => [status, toIntegrationError(failed({ status }), at()).code] as const);
    expect(Object.fromEntries(codes)).toEqual({
      200: 'internal',
      302: 'internal',
      400: 'invalid_argument',
      401: 'unauthenticated',
      403: 'permission_denied',
      404: 'not_found',
      405: 'unimplemented',
      408: 'deadline_exceeded',
      412: 'failed_precondition',
      418: 'invalid_argument',
      422: 'invalid_argument',
      429: 'resource_exhausted',
      451: 'permission_denied',
      500: 'internal',
      501: 'unimplemented',
      502: 'unavailable',
      503: 'unavailable',
      504: 'deadline_exceeded',
      520: 'unavailable',
    });
  });

  it('believes a transport that knows the meaning, and its words', () => {
    const failure = {
      code: 'internal',
      says: 'body[3].id is no string',
      status: 200,
      requestId: 'r1',
    } as const;
    expect(toIntegrationError(failed(failure), at())).toMatchObject({
      code: 'internal',
      message: 'acme.getThing: body[3].id is no string',
      requestId: 'r1',
      retryable: false,
    });
  });

  it('reads what a vendor’s SDK throws by the table', () => {
    expect(toIntegrationError(new RangeError('x'), at())).toMatchObject({ code: 'not_found', status: 404 });
  });

  it('says so when the table itself fails', () => {
    const read = () => {
      throw new TypeError('x');
    };
    const thrown = new Error('y');
    const error = toIntegrationError(thrown, at({ errors: { ...errors, read }, operation: unsafe }));
    expect(error).toMatchObject({ code: 'internal', effect: 'unknown', cause: thrown });
    expect(error.message).toBe("acme.addThing: the provider's error table failed with TypeError");
  });

  it('recognises a VendorError of another copy of core', () => {
    const foreign = Object.assign(new Error('x'), {
      name: 'VendorError',
      failure: { status: 404, sent: true },
    });
    expect(toIntegrationError(foreign, at()).code).toBe('not_found');
  });

  it('tells a fault of the provider, a foreign abort, a foreign time-out and a thrown value apart', () => {
    const named = (name: string) => Object.assign(new Error('secret words'), { name });
    const cases: [unknown, string][] = [
      [new TypeError('secret words'), 'internal'],
      [named('AbortError'), 'cancelled'],
      [named('TimeoutError'), 'deadline_exceeded'],
      ['secret words', 'unknown'],
      [undefined, 'unknown'],
      [null, 'unknown'],
    ];
    for (const [thrown, code] of cases) {
      const error = toIntegrationError(thrown, at());
      expect(error).toMatchObject({ code, provider: 'acme', attempts: 1 });
      expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('secret words');
      expect(error.cause).toBe(thrown ?? (thrown === null ? null : undefined));
    }
  });

  it('lets an IntegrationError through as it is, with the names it lacks', () => {
    const mine = new IntegrationError('no such list', { code: 'not_found' });
    expect(toIntegrationError(mine, at())).toBe(mine);
    expect(mine).toMatchObject({
      provider: 'acme',
      operation: 'getThing',
      tenant: 'one',
      integration: 'acme_main',
      attempts: 1,
    });
    expect(mine.message).toBe('acme.getThing: no such list');
    const theirs = new IntegrationError('x', { code: 'not_found', provider: 'other', operation: 'do' });
    expect(toIntegrationError(theirs, at())).toMatchObject({
      provider: 'other',
      operation: 'do',
      message: 'other.do: x',
    });
  });

  it.each<[string, Effect, Partial<VendorFailure>, 'none' | 'unknown']>([
    ['a read that was cut', 'read', {}, 'none'],
    ['a refusal', 'unsafe', { status: 422 }, 'none'],
    ['a failure of the server', 'unsafe', { status: 502 }, 'unknown'],
    [
      'a failure that the vendor documents as without effect',
      'unsafe',
      { status: 503, reason: 'maintenance' },
      'none',
    ],
    ['a success that could not be read', 'unsafe', { status: 200, code: 'internal' }, 'unknown'],
    ['no answer after sending', 'idempotent', { reason: 'ECONNRESET' }, 'unknown'],
    ['no connection', 'unsafe', { reason: 'ECONNREFUSED', sent: false }, 'none'],
  ])('says of %s (%s) what effect it may have had', (_, effect, failure, expected) => {
    const place = at({ operation: { name: 'do', effect }, sent: true });
    expect(toIntegrationError(failed(failure), place).effect).toBe(expected);
  });

  it('keeps an effect that an earlier attempt may have had', () => {
    const place = at({ operation: unsafe, unclear: true });
    expect(toIntegrationError(failed({ status: 404 }), place)).toMatchObject({
      effect: 'unknown',
      retryable: false,
    });
    expect(toIntegrationError(new IntegrationError('x', { code: 'internal' }), place).effect).toBe('unknown');
  });

  it('tells when to come back', () => {
    const error = toIntegrationError(failed({ status: 429 }), at({ retryAfterMs: 2_000 }));
    expect(error).toMatchObject({ retryAfterMs: 2_000, notBefore: 3_000, retryable: true });
  });

  it('keeps the vendor’s error as a cause that is not enumerable', () => {
    const vendor = failed({ status: 500 });
    const error = toIntegrationError(vendor, at());
    expect(error.cause).toBe(vendor);
    expect(Object.keys(error)).not.toContain('cause');
  });
});
