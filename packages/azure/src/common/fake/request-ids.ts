/** Ids of requests, on every answer of a storage service. */
import type { FakeRequest, FakeResponse, FakeRoutes } from '@im/testing';
import { requestId } from './storage-answers.ts';

/** Every answer has an id, and says which version it is. */
function identified(request: FakeRequest, answer: FakeResponse): FakeResponse {
  const version = request.headers['x-ms-version'] ?? request.query.get('sv') ?? '';
  return {
    ...answer,
    headers: { 'x-ms-request-id': requestId(), 'x-ms-version': version, ...answer.headers },
  };
}

/** What runs before the routes, its answers with an id. */
export function withRequestId(
  before: (request: FakeRequest) => FakeResponse | undefined,
): (request: FakeRequest) => FakeResponse | undefined {
  return (request) => {
    try {
      return before(request);
    } catch (thrown) {
      throw thrown instanceof Error ? thrown : identified(request, thrown as FakeResponse);
    }
  };
}

/** Routes, their answers with an id. */
export function withRequestIds(
  routes: Readonly<Record<string, (request: FakeRequest) => FakeResponse>>,
): FakeRoutes {
  return Object.fromEntries(
    Object.entries(routes).map(([path, handle]) => [
      path,
      (request: FakeRequest) => {
        try {
          return identified(request, handle(request));
        } catch (thrown) {
          throw thrown instanceof Error ? thrown : identified(request, thrown as FakeResponse);
        }
      },
    ]),
  );
}
