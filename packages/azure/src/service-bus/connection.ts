/** What the operations of one namespace work with. */
import { type Call, type Clock, type IntegrationContext, VendorError } from '@im/core';
import {
  createHttp,
  type Http,
  type HttpHeaders,
  type HttpRequestInit,
  type Path,
  staticToken,
  type TokenSource,
} from '@im/http';
import type { z } from 'zod';
import { tokenSource } from '../common/tokens.ts';
import { isTokenRefused, readBusError } from './errors.ts';
import { type BusNamespace, busNamespace, type CheckedServiceBusOptions } from './options.ts';
import { sasTokens } from './sas.ts';

/** Scope of bearer tokens for Service Bus. */
export const busScope = 'https://servicebus.azure.net/.default';

/** One request. */
export interface BusRequest extends Pick<HttpRequestInit, 'query' | 'headers' | 'body'> {
  readonly method: Parameters<Http['request']>[0];
  readonly path: Path | string;
  /** What it is about, for messages: `queue orders`. */
  readonly about: string;
}

/** A namespace, for its operations. */
export interface BusConnection {
  readonly namespace: BusNamespace;
  readonly clock: Clock;
  readonly maxMessageBytes: () => number;
  send<Schema extends z.ZodType>(
    request: BusRequest,
    schema: Schema,
    call: Call,
  ): Promise<{ readonly status: number; readonly headers: HttpHeaders; readonly body: z.output<Schema> }>;
}

const connections = new WeakMap<object, BusConnection>();

/** The connection of an instance, the same for its requests and its SDK. Opens nothing. */
export function connectBus(context: IntegrationContext<CheckedServiceBusOptions>): BusConnection {
  const connection = connections.get(context) ?? createConnection(context);
  connections.set(context, connection);
  return connection;
}

function createConnection(context: IntegrationContext<CheckedServiceBusOptions>): BusConnection {
  const { options, clock } = context;
  const namespace = busNamespace(options);
  const http = createHttp(context, {
    baseUrl: namespace.endpoint,
    ...authorisation(context, namespace),
    readFailure: readBusError,
    isTokenExpired: isTokenRefused,
    requestIdHeader: 'x-ms-request-id',
  });
  return {
    namespace,
    clock,
    maxMessageBytes: () => options.maxMessageBytes,
    async send({ method, path, about, ...init }, schema, call) {
      try {
        // A header that the service does not know becomes a property of the message.
        const headers = { accept: undefined, 'idempotency-key': undefined, ...init.headers };
        return await http.request(method, path, schema, call, { ...init, headers });
      } catch (error) {
        throw naming(about, error);
      }
    },
  };
}

function authorisation(
  context: IntegrationContext<CheckedServiceBusOptions>,
  { endpoint, entity, access }: BusNamespace,
): {
  readonly token: TokenSource;
  readonly tokenHeader?: (value: string) => Readonly<Record<string, string>>;
} {
  // A token of a shared key is the whole header.
  const whole = (authorization: string) => ({ authorization });
  switch (access.kind) {
    case 'key': {
      const resource = `${endpoint.origin}/${entity ?? ''}`;
      const token = sasTokens(resource, access.keyName, access.key, context.clock);
      return { token, tokenHeader: whole };
    }
    case 'sas': {
      const prefix = 'SharedAccessSignature ';
      const withPrefix = (value: string) => whole(value.startsWith(prefix) ? value : `${prefix}${value}`);
      return { token: staticToken(access.token), tokenHeader: withPrefix };
    }
    case 'token':
      return { token: tokenSource(context, access.credentials, busScope) };
  }
}

/** The same failure, saying what it is about. */
function naming(about: string, error: unknown): unknown {
  if (!(error instanceof VendorError)) return error;
  const { failure } = error;
  const said = failure.says ?? (failure.status === undefined ? failure.reason : `status ${failure.status}`);
  const says = said === undefined ? about : `${about}: ${said}`;
  return new VendorError({ ...failure, says }, { cause: error.cause });
}
