/**
 * Judges one provider's recorded traffic by the vendor's descriptions.
 *
 * 1. Every request is judged, whatever became of it.
 * 2. An answer is judged unless an injected fault made it.
 * 3. A request below none of the API's servers (a token endpoint, say) is outside the description, and only counted.
 * 4. A status from 400 on that an operation does not name, but that the vendor documents for the whole API (`statuses`),
 *    is judged by the body of the other errors of that operation.
 * 5. A request with the header `x-im-by-hand` is not the adapter's: a test sent it to see the fake refuse it, or answer
 *    what no adapter asks. It is only counted.
 * 6. An operation is exercised when it was answered with success, and not by a fault.
 */
import { checkBody } from './bodies.ts';
import type { DescribedAnswer, DescribedOperation, Description, Finding } from './description.ts';
import { checkParameters } from './parameters.ts';
import type { Exchange } from './recording.ts';
import { createRouter, type Miss, type Route } from './router.ts';

/** Something the description does not allow, and how often it came. */
export interface Violation {
  readonly operation: string;
  readonly side: 'request' | 'answer';
  /** `body tracks[].id`, `query parameter limit`, `status 418`. */
  readonly place: string;
  readonly says: string;
  count: number;
}

/** What came of one provider. */
export interface Verdict {
  readonly provider: string;
  /** Requests that were judged. */
  readonly requests: number;
  /** Answers that were judged. */
  readonly answers: number;
  readonly described: number;
  readonly exercised: number;
  /** Ids of operations that were never answered with success. */
  readonly unexercised: readonly string[];
  readonly violations: readonly Violation[];
  /** Requests that a test sent by hand, so not judged. */
  readonly byHand: number;
  /** Paths below no server of the description. */
  readonly outside: readonly { readonly path: string; readonly count: number }[];
}

/** By what a provider is judged. */
export interface Law {
  readonly provider: string;
  readonly descriptions: readonly Description[];
  /** In place of the servers that the descriptions name. */
  readonly servers?: readonly string[] | undefined;
  /** Statuses from 400 on that the vendor documents for all operations. */
  readonly statuses?: readonly number[] | undefined;
}

const misses: Readonly<Record<Exclude<Miss, 'outside'>, string>> = {
  unknown: 'the path is not described',
  method: 'the method is not described for this path',
};

/** Reads all of `exchanges`. */
export async function judge(law: Law, exchanges: readonly Exchange[]): Promise<Verdict> {
  const route = createRouter(law.descriptions, law.servers);
  const all = law.descriptions.flatMap(({ operations }) => operations);
  const violations = new Map<string, Violation>();
  const outside = new Map<string, number>();
  const exercised = new Set<DescribedOperation>();
  const judged = exchanges.filter(({ requestHeaders }) => requestHeaders['x-im-by-hand'] === undefined);
  let answers = 0;
  const note = (operation: string, side: Violation['side'], found: readonly Finding[]) => {
    for (const { place, says } of found) {
      const key = [operation, side, place, says].join(' ');
      const violation = violations.get(key) ?? { operation, side, place, says, count: 0 };
      violation.count += 1;
      violations.set(key, violation);
    }
  };
  for (const exchange of judged) {
    const hit = route(exchange.method, exchange.target);
    const path = exchange.target.split('?')[0] ?? '';
    if (hit === 'outside') outside.set(path, (outside.get(path) ?? 0) + 1);
    else if (typeof hit === 'string')
      note(`${exchange.method} ${path}`, 'request', [{ place: 'path', says: misses[hit] }]);
    else {
      note(hit.operation.id, 'request', await judgeRequest(hit, exchange));
      if (exchange.status === undefined || exchange.fault !== undefined) continue;
      answers += 1;
      note(
        hit.operation.id,
        'answer',
        await judgeAnswer(hit.operation, exchange, exchange.status, law.statuses ?? []),
      );
      if (exchange.status < 400) exercised.add(hit.operation);
    }
  }
  return {
    provider: law.provider,
    requests: judged.length,
    byHand: exchanges.length - judged.length,
    answers,
    described: all.length,
    exercised: exercised.size,
    unexercised: all.filter((operation) => !exercised.has(operation)).map(({ id }) => id),
    violations: [...violations.values()].sort((one, other) => one.operation.localeCompare(other.operation)),
    outside: [...outside].map(([at, count]) => ({ path: at, count })),
  };
}

async function judgeRequest({ operation, path }: Route, exchange: Exchange): Promise<Finding[]> {
  const url = new URL(exchange.target, 'http://fake.invalid');
  const fixed = new Set(new URLSearchParams(operation.template.split('?')[1] ?? '').keys());
  const query = [...url.searchParams].filter(([name]) => !fixed.has(name));
  const findings = checkParameters(operation.parameters, { path, query, headers: exchange.requestHeaders });
  const bytes = exchange.requestBody;
  if (bytes.length === 0)
    return operation.body?.required ? [...findings, { place: 'body', says: 'is required' }] : findings;
  const contentType = exchange.requestHeaders['content-type'];
  return [
    ...findings,
    ...(await checkBody(operation.body?.content ?? new Map(), { bytes, contentType }, 'request')),
  ];
}

async function judgeAnswer(
  operation: DescribedOperation,
  exchange: Exchange,
  status: number,
  documented: readonly number[],
): Promise<Finding[]> {
  const answer = answerFor(operation, status, documented);
  if (answer === undefined) return [{ place: `status ${status}`, says: 'is not described' }];
  const findings = answer.requiredHeaders
    .filter((name) => exchange.responseHeaders[name] === undefined)
    .map((name) => ({ place: `status ${status} header ${name}`, says: 'is required' }));
  const bytes = exchange.responseBody;
  const contentType = exchange.responseHeaders['content-type'];
  if (bytes.length > 0) findings.push(...(await checkBody(answer.content, { bytes, contentType }, 'answer')));
  else if (answer.content.size > 0 && exchange.method !== 'HEAD' && status !== 304)
    findings.push({ place: 'body', says: 'is described, but nothing came' });
  return findings.map(({ place, says }) => ({
    place: place.startsWith('status') ? place : `status ${status} ${place}`,
    says,
  }));
}

/** The described answer for a status: by itself, by its class, by `default`, or by another error of the operation. */
function answerFor(
  { answers }: DescribedOperation,
  status: number,
  documented: readonly number[],
): DescribedAnswer | undefined {
  const described =
    answers.get(String(status)) ?? answers.get(`${Math.floor(status / 100)}XX`) ?? answers.get('default');
  if (described !== undefined || status < 400 || !documented.includes(status)) return described;
  const error = [...answers].find(([name]) => /^[45]/.test(name));
  return error?.[1] ?? { content: new Map([['*/*', undefined]]), requiredHeaders: [] };
}
