import type { OperationDescription } from '../describe-operations.ts';
import type { Page, PagesOptions } from '../operation.ts';
import { createPages } from '../pages.ts';
import type { CallNames } from '../resilience/types.ts';
import type { BoundOperation } from './bound-operation.ts';

/** How a client reaches what is behind it. Asked anew for each call and for each page. */
export interface ClientSource {
  readonly names: CallNames;
  /** @throws IntegrationError when there is no instance to call */
  find(operation: string): BoundOperation;
  /** Absent: the definition has no client of a vendor's SDK. */
  readonly native?: (() => unknown) | undefined;
}

/** Makes what applications hold: a function for each operation, and `native` where there is one. */
export function createClient(
  operations: readonly Pick<OperationDescription, 'name' | 'kind' | 'argumentCount'>[],
  source: ClientSource,
): Record<string, unknown> {
  const client: Record<string, unknown> = {};
  for (const { name, kind, argumentCount } of operations) {
    client[name] = kind === 'pages' ? pagesOf(name, argumentCount, source) : callOf(name, source);
  }
  if (source.native !== undefined) client.native = source.native;
  return client;
}

function callOf(name: string, source: ClientSource) {
  return (...args: unknown[]): Promise<unknown> => {
    let operation: BoundOperation;
    try {
      operation = source.find(name);
    } catch (error) {
      return Promise.reject(error);
    }
    return operation.call(args);
  };
}

function pagesOf(name: string, index: number, source: ClientSource) {
  return (...args: unknown[]) => {
    const options = args[index] as PagesOptions | undefined;
    const fetch = async (cursor: string | undefined): Promise<Page<unknown>> =>
      source.find(name).page(args, options, cursor);
    return createPages(fetch, options, { ...source.names, operation: name });
  };
}
