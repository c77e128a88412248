/** Requests over TLS with a client certificate (RFC 8705): a transport of its own, since the shared one has connections without. */
import { request as httpsRequest } from 'node:https';
import { VendorError } from '@im/core';
import type { HttpRequest, HttpResponse, Transport } from '@im/http';

/** The certificate that the client shows. */
export interface ClientCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** Certificates of authorities to trust beside the system's, PEM. */
  readonly trust?: string | undefined;
}

/** Makes the transport. Every request has a connection of its own: token requests are few. */
export function mtlsTransport({ certificate, key, trust }: ClientCertificate): Transport {
  return async (request) => {
    request.guard.url(request.url);
    if (request.url.protocol !== 'https:')
      throw new VendorError({
        sent: false,
        code: 'failed_precondition',
        reason: 'mtls_needs_https',
        says: 'a client certificate can be shown over https only',
      });
    const { guardedLookup } = await import('@im/http');
    request.signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(
        request.url,
        {
          method: request.method,
          headers: { ...request.headers, ...lengthOf(request) },
          cert: certificate,
          key,
          ...(trust !== undefined && { ca: trust }),
          agent: false,
          signal: request.signal,
          lookup: guardedLookup(request.guard),
        },
        (incoming) => {
          const headers = new Map(
            Object.entries(incoming.headers).map(([name, value]) => [name, String(value ?? '')]),
          );
          const response: HttpResponse = {
            status: incoming.statusCode ?? 0,
            headers: {
              get: (name) => headers.get(name),
              [Symbol.iterator]: () => headers[Symbol.iterator](),
            },
            body: incoming,
            url: request.url,
            [Symbol.asyncDispose]: async () => void incoming.destroy(),
          };
          resolve(response);
        },
      );
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        reject(
          request.signal.aborted || error instanceof VendorError
            ? (request.signal.reason ?? error)
            : new VendorError(
                {
                  sent: true,
                  code: 'unavailable',
                  reason: error.code,
                  says: 'the server could not be reached over TLS',
                },
                { cause: error },
              ),
        );
      });
      request.onSend?.();
      outgoing.end(typeof request.body === 'string' ? request.body : undefined);
    });
  };
}

function lengthOf({ body }: HttpRequest): Record<string, string> {
  return typeof body === 'string' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
}
