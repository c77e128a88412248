import type { HttpRequest, LaneName } from '../transport.ts';

/** What takes a request off the lean lane: the first that holds. */
const needsOfGot: readonly ((request: HttpRequest) => boolean)[] = [
  (request) => isStream(request.body) || request.body instanceof FormData,
  (request) => request.onProgress !== undefined,
  (request) => request.http2 === true,
  (request) => request.streams === true,
];

/** The lane for a request: the one it forces, else the lean one unless something in it needs the other. */
export function chooseLane(request: HttpRequest): LaneName {
  if (request.target !== undefined) return 'undici';
  return request.lane ?? (needsOfGot.some((needs) => needs(request)) ? 'got' : 'undici');
}

/** Whether a body is sent piece by piece and only once. */
export function isStream(body: HttpRequest['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && !(body instanceof Uint8Array) && !(body instanceof FormData);
}
