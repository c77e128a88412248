/** Errors as RFC 9457 problem details (https://www.rfc-editor.org/rfc/rfc9457#section-3). */
import { STATUS_CODES } from 'node:http';
import type { Problem } from './schemas.ts';

/** Media type of {@link Problem}. */
export const problemType = 'application/problem+json';

/** A problem of `about:blank`: the title is the status' own phrase. */
export function toProblem(
  status: number,
  detail?: string,
  more?: Pick<Problem, 'instance' | 'errors'>,
): Problem {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    ...(detail === undefined ? {} : { detail }),
    ...more,
  };
}

/** The answer for a problem. */
export function problemResponse(problem: Problem, headers?: Readonly<Record<string, string>>): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': problemType, 'cache-control': 'no-store', ...headers },
  });
}

/** A request that is refused, thrown from wherever that is found out; the message is the problem's detail. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }
}
