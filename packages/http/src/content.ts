/** What an answer's head says of its content (RFC 9110 §6.4.1, §8.6). */
import type { HttpHeaders, HttpRequest } from './transport.ts';

/**
 * Whether an answer can have content. One that cannot may still announce length and encoding: of what a GET, or the same request without
 * its condition, would have given.
 */
export function mayHaveContent(method: HttpRequest['method'], status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304;
}

/** Bytes that will come, as they are sent; `undefined` when the head does not say, or nothing that is a number. */
export function announcedBytes(
  method: HttpRequest['method'],
  { status, headers }: { readonly status: number; readonly headers: HttpHeaders },
): number | undefined {
  if (!mayHaveContent(method, status)) return 0;
  const length = headers.get('content-length');
  return length !== null && length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined;
}
