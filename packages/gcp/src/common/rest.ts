/** Requests about a named resource: the name makes the path, and stands in the message when it fails. */
import { type Call, VendorError } from '@im/core';
import type { Http, HttpRequestInit } from '@im/http';
import type { z } from 'zod';
import { namePath } from './resource.ts';

/**
 * One request.
 *
 * @param name whole name of the resource: `projects/p/topics/t`
 * @param rest what follows it: `''`, a verb (`:publish`) or a collection (`/subscriptions`)
 */
export type NamedRequest = <Schema extends z.ZodType>(
  name: string,
  rest: string,
  schema: Schema,
  call: Call,
  init?: HttpRequestInit,
) => Promise<z.output<Schema>>;

/** A client whose requests are about named resources. */
export interface Rest {
  readonly get: NamedRequest;
  readonly post: NamedRequest;
  readonly put: NamedRequest;
  readonly patch: NamedRequest;
  readonly delete: NamedRequest;
}

/**
 * @param prefix version of the API, which every path begins with: `v1`
 */
export function createRest(http: Http, prefix = 'v1'): Rest {
  const method =
    (name: keyof Rest): NamedRequest =>
    async (resource, rest, schema, call, init) => {
      const path = namePath(prefix, resource, rest);
      try {
        return await http[name](path, schema, call, init);
      } catch (error) {
        throw about(resource, error);
      }
    };
  return {
    get: method('get'),
    post: method('post'),
    put: method('put'),
    patch: method('patch'),
    delete: method('delete'),
  };
}

/** The same failure, saying what it is about. */
function about(resource: string, error: unknown): unknown {
  if (!(error instanceof VendorError)) return error;
  const { failure } = error;
  const says = failure.says ?? (failure.status === undefined ? failure.reason : `status ${failure.status}`);
  return new VendorError(
    { ...failure, says: `${resource}${says === undefined ? '' : `: ${says}`}` },
    { cause: error.cause },
  );
}
