/**
 * What a request is, on the span of the attempt that makes it, by OpenTelemetry's names for HTTP clients
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span). Neither path nor query: both may hold what is a
 * tenant's own. Without an SDK this is one lookup.
 */
import { trace } from '@opentelemetry/api';

/** Says on the active span what is about to be sent, and to whom. */
export function describeRequest(method: string, url: URL): void {
  trace.getActiveSpan()?.setAttributes({
    'http.request.method': method,
    'server.address': url.hostname,
    'server.port': url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
  });
}

/** Says on the active span what came back. */
export function describeAnswer(status: number): void {
  trace.getActiveSpan()?.setAttribute('http.response.status_code', status);
}
