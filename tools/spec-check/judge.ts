/**
 * Judges one provider's recorded traffic by the vendor's descriptions.
 *
 * 1. Every request is judged, whatever became of it.
 * 2. An answer is judged unless an injected fault made it.
 * 3. A request below none of the API's servers (a token endpoint, say) is outside the description, and only counted.
 * 4. A status from 400 on that an operation does not name, but that the vendor documents for the whole API (`statuses`),
 *    is judged by the body of the other errors of that operation; where errors are told apart by a name in them, such a
 *    status lets any name pass.
 * 5. A request with the header `x-im-by-hand` is not the adapter's: a test sent it to see the fake refuse it, or answer
 *    what no adapter asks. It is only counted.
 * 6. A request that asks how to sign in, without credential and answered 401, needs no body.
 * 7. An operation is exercised when it was answered with success, and not by a fault.
 */
import { checkBody, toBody } from './bodies.ts';
import type {
  DescribedAnswer,
  DescribedOperation,
  Description,
  Finding,
  SentAnswer,
  SentRequest,
} from './description.ts';
import { checkHeaders, checkParameters } from './parameters.ts';
import type { Exchange } from './recording.ts';
import { toAnswer, toRequest } from './requests.ts';
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
  /** The adapter covers a part of the API on purpose. */
  readonly subset: boolean;
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
  /** The adapter covers a part of the API on purpose. Default false. */
  readonly subset?: boolean | undefined;
}

const misses: Readonly<Record<Exclude<Miss, 'outside'>, string>> = {
  unknown: 'the path is not described',
  method: 'the method is not described for this path',
  selector: 'the path is described, but not with this query, header or form',
};

/** Reads all of `exchanges`. */
export async function judge(
  law: Law,
  exchanges: Iterable<Exchange> | AsyncIterable<Exchange>,
): Promise<Verdict> {
  const route = createRouter(law.descriptions, law.servers);
  const described = describedIds(law.descriptions);
  const violations = new Map<string, Violation>();
  const outside = new Map<string, number>();
  const exercised = new Set<string>();
  let [requests, answers, byHand] = [0, 0, 0];
  const note = (operation: string, side: Violation['side'], found: readonly Finding[]) => {
    for (const { place, says } of found) {
      const key = [operation, side, place, says].join(' ');
      const violation = violations.get(key) ?? { operation, side, place, says, count: 0 };
      violation.count += 1;
      violations.set(key, violation);
    }
  };
  for await (const exchange of exchanges) {
    if (exchange.requestHeaders['x-im-by-hand'] !== undefined) {
      byHand += 1;
      continue;
    }
    requests += 1;
    const request = toRequest(exchange);
    const hit = route(request);
    if (hit === 'outside') outside.set(request.path, (outside.get(request.path) ?? 0) + 1);
    else if (typeof hit === 'string')
      note(`${request.method} ${request.path}`, 'request', [{ place: 'path', says: misses[hit] }]);
    else {
      const answer = toAnswer(exchange);
      note(hit.operation.id, 'request', await judgeRequest(hit, answer));
      if (answer === undefined || exchange.fault !== undefined) continue;
      answers += 1;
      note(hit.operation.id, 'answer', await judgeAnswer(hit, answer, law.statuses ?? []));
      if (answer.status < 400) exercised.add(hit.key);
    }
  }
  return {
    provider: law.provider,
    requests,
    byHand,
    answers,
    described: described.size,
    exercised: exercised.size,
    subset: law.subset ?? false,
    unexercised: [...described].filter(([key]) => !exercised.has(key)).map(([, id]) => id),
    violations: [...violations.values()].sort((one, other) => one.operation.localeCompare(other.operation)),
    outside: [...outside].map(([at, count]) => ({ path: at, count })),
  };
}

/** Ids of all operations by what tells them apart. Ways to send the same operation count as one. */
function describedIds(descriptions: readonly Description[]): Map<string, string> {
  return new Map(
    descriptions.flatMap(({ operations }, index) =>
      operations.map(({ id }): [string, string] => [`${index} ${id}`, id]),
    ),
  );
}

async function judgeRequest(
  { operation, path, request }: Route,
  answer: SentAnswer | undefined,
): Promise<Finding[]> {
  const findings = [
    ...checkParameters(operation, { path, query: request.query, headers: request.headers }),
    ...(operation.rules ?? []).flatMap((rule) => rule(request)),
  ];
  if (request.body.length === 0)
    return operation.body?.required && !asksHowToSignIn(request, answer)
      ? [...findings, { place: 'body', says: 'is required' }]
      : findings;
  const content = operation.body?.content ?? new Map();
  return [...findings, ...(await checkBody(content, toBody(request), 'request'))];
}

/** Without credential and body, to be told in an answer of 401 where to get one (RFC 9110 §11.6.1). */
function asksHowToSignIn({ headers }: SentRequest, answer: SentAnswer | undefined): boolean {
  return headers.authorization === undefined && answer?.status === 401;
}

async function judgeAnswer(
  { operation, request }: Route,
  sent: SentAnswer,
  documented: readonly number[],
): Promise<Finding[]> {
  const { status } = sent;
  const answer = operation.chooseAnswer?.(sent, request) ?? answerFor(operation, status, documented);
  if (answer === undefined) return [{ place: `status ${status}`, says: 'is not described' }];
  if (typeof answer === 'string' && status >= 400 && documented.includes(status)) return [];
  if (typeof answer === 'string') return [{ place: `status ${status}`, says: answer }];
  const findings = [
    ...checkHeaders(answer.headers, sent.headers),
    ...(answer.rules ?? []).flatMap((rule) => rule(sent)),
  ];
  if (sent.body.length > 0) findings.push(...(await checkBody(answer.content, toBody(sent), 'answer')));
  else if (answer.content.size > 0 && !answer.bodyOptional && request.method !== 'HEAD' && status !== 304)
    findings.push({ place: 'body', says: 'is described, but nothing came' });
  return findings.map(({ place, says }) => ({ place: `status ${status} ${place}`, says }));
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
  return error?.[1] ?? { content: new Map([['*/*', undefined]]), headers: [] };
}
