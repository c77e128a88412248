/** What the operations of one account work with. */
import { type Call, type IntegrationContext, VendorError } from '@im/core';
import type { Http, HttpHeaders, HttpRequestInit, Path } from '@im/http';
import type { z } from 'zod';
import { createStorageClient, type StorageClient } from '../common/storage-client.ts';
import { storageAccount } from '../common/storage-options.ts';
import type { CheckedQueueOptions } from './options.ts';

/** One request. */
export interface QueueRequest extends Pick<HttpRequestInit, 'headers' | 'query'> {
  readonly method: Parameters<Http['request']>[0];
  readonly path: Path | string;
  /** The queue, for messages. Absent: the account. */
  readonly about?: string | undefined;
  /** XML. */
  readonly body?: string | undefined;
}

/** An account, for its operations. */
export interface QueueConnection extends StorageClient {
  send<Schema extends z.ZodType>(
    request: QueueRequest,
    schema: Schema,
    call: Call,
  ): Promise<{ readonly headers: HttpHeaders; readonly body: z.output<Schema> }>;
}

const connections = new WeakMap<object, QueueConnection>();

/** The connection of an instance, the same for its requests and its SDK. Opens nothing. */
export function connectQueue(context: IntegrationContext<CheckedQueueOptions>): QueueConnection {
  const connection = connections.get(context) ?? createConnection(context);
  connections.set(context, connection);
  return connection;
}

function createConnection(context: IntegrationContext<CheckedQueueOptions>): QueueConnection {
  const client = createStorageClient(context, storageAccount(context.options, 'queue'));
  return {
    ...client,
    async send({ method, path, about, body, ...init }, schema, call) {
      try {
        return await client.http.request(method, path, schema, call, {
          ...init,
          query: { ...init.query, ...client.sasQuery },
          ...(body !== undefined && {
            body,
            headers: { 'content-type': 'application/xml', ...init.headers },
          }),
        });
      } catch (error) {
        throw about === undefined ? error : naming(about, error);
      }
    },
  };
}

/** The same failure, saying which queue it is about. */
function naming(queue: string, error: unknown): unknown {
  if (!(error instanceof VendorError)) return error;
  const { failure } = error;
  const said = failure.says ?? (failure.status === undefined ? failure.reason : `status ${failure.status}`);
  const says = `queue ${queue}${said === undefined ? '' : `: ${said}`}`;
  return new VendorError({ ...failure, says }, { cause: error.cause });
}
