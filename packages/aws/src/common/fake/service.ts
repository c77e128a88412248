/** What a fake of one of AWS's services is made of. */
import type { FakeRequest } from '@im/testing';
import type { Principal } from './accounts.ts';
import type { JsonProtocol, QueryInput, QueryProtocol, RestProtocol } from './protocols.ts';

/** What an operation of a fake gets beside its input. */
export interface FakeCall {
  readonly principal: Principal;
  readonly request: FakeRequest;
}

/** What all kinds of services have. */
interface Signed {
  /** Name under which its requests are signed, `sqs`. */
  readonly service: string;
  /** Whether it takes requests in gzip, as AWS's model says by the trait `requestCompression`. Default false. */
  readonly takesGzip?: boolean | undefined;
}

/** A service that speaks JSON in one route. An error is thrown, made by `fault`. */
export interface JsonService extends Signed, JsonProtocol {
  /** `AmazonSQS` of `x-amz-target: AmazonSQS.SendMessage`. */
  readonly target: string;
  readonly operations: Readonly<
    Record<string, (input: Readonly<Record<string, unknown>>, call: FakeCall) => unknown>
  >;
}

/** A service of the query protocol: names and texts in; what becomes XML out. */
export interface QueryService extends Signed, QueryProtocol {
  readonly operations: Readonly<Record<string, (input: QueryInput, call: FakeCall) => unknown>>;
  /** Operations that are not signed. */
  readonly unsigned?: Readonly<Record<string, (input: QueryInput) => unknown>>;
}

/** A REST service: routes as of `startFakeServer`, each to its output, or to a whole response by `respond`. */
export interface RestService extends Signed, RestProtocol {
  readonly routes: Readonly<Record<string, (call: FakeCall) => unknown>>;
}

/** One service. */
export type FakeService = JsonService | QueryService | RestService;
