/** Operations of Azure Resource Manager that take their time. */
import { VendorError } from '@im/core';
import { z } from 'zod';

/** An operation that goes on. Plain data, good in another process. */
export interface AzureOperation {
  /** Where to ask: path and query below the base URL. */
  readonly url: string;
  /** Whether the answer tells the status, or is empty (202) until the end. */
  readonly kind: 'status' | 'location';
  /** Milliseconds to wait before asking. */
  readonly retryAfterMs: number;
}

/** How far an operation is. */
export interface OperationState {
  readonly status: 'running' | 'succeeded' | 'failed' | 'cancelled';
  /** The result, where the vendor gives one here. */
  readonly resource: Readonly<Record<string, unknown>> | undefined;
  /** Why it failed. */
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  /** How to go on asking, while it runs. */
  readonly operation: AzureOperation | undefined;
}

const operationStatus = z.object({
  status: z.string(),
  properties: z.record(z.string(), z.unknown()).nullish(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

/** @see {@link https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations | Azure: Asynchronous operations} */
export function stateOf(body: unknown, next: AzureOperation): OperationState {
  const { data } = operationStatus.safeParse(body);
  if (data === undefined)
    throw new VendorError({
      sent: true,
      code: 'internal',
      says: 'the answer does not tell the status of the operation',
    });
  const end = finalStates[data.status.toLowerCase()];
  if (end === undefined) return { status: 'running', resource: undefined, operation: next };
  const error =
    end === 'succeeded'
      ? undefined
      : { code: data.error?.code ?? '', message: (data.error?.message ?? '').slice(0, 200) };
  return { status: end, resource: data.properties ?? undefined, error, operation: undefined };
}

const finalStates: Readonly<Record<string, OperationState['status']>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'cancelled',
};

interface Headers {
  get(name: string): string | null | undefined;
}

export function operationOf(headers: Headers, baseUrl: string): AzureOperation | undefined {
  const status = headers.get('azure-asyncoperation');
  const location = headers.get('location');
  const retryAfterMs = retryAfterOf(headers);
  if (status) return { url: belowBase(status, baseUrl), kind: 'status', retryAfterMs };
  return location ? { url: belowBase(location, baseUrl), kind: 'location', retryAfterMs } : undefined;
}

/** Without the host, where it is that of the base URL. */
function belowBase(url: string, baseUrl: string): string {
  const { origin, pathname, search } = new URL(url, baseUrl);
  return origin === new URL(baseUrl).origin ? pathname + search : url;
}

const defaultRetryMs = 10_000;

export function retryAfterOf(headers: Headers): number {
  const seconds = headers.get('retry-after');
  return seconds && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : defaultRetryMs;
}

/** Operations are asked about where resources are: the token goes nowhere else. */
export function operationUrl(url: string): string {
  if (/^\/[^/\\]/.test(url)) return url;
  throw new VendorError({
    sent: false,
    code: 'invalid_argument',
    says: 'the operation is asked about at another host: give what a change answered',
  });
}
