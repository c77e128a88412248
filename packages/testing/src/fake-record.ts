/** Writes traffic down for `tools/spec-check`, one JSON object a line. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from './fake-server.ts';

/** Headers whose value is a credential. An idempotency key is none. */
const credential = /authorization|cookie|token|secret|password|signature|(?<!idempotency-)key/i;

/**
 * Writes the traffic of the fake `name` to `<folder>/<name>-<pid>.ndjson`. Default folder: the environment's
 * `IM_RECORD`; without it nothing is written.
 */
export function recorder(
  name: string,
  folder: string | undefined = process.env.IM_RECORD,
): ((exchange: Exchange) => void) | undefined {
  if (!folder) return undefined;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-${process.pid}.ndjson`);
  return (exchange) => appendFileSync(file, `${JSON.stringify(toRecord(exchange))}\n`);
}

/** An exchange as it is recorded: bodies in base64, credentials in headers as `[redacted]`. */
export function toRecord(exchange: Exchange): Readonly<Record<string, unknown>> {
  return {
    ...exchange,
    requestHeaders: withoutCredentials(exchange.requestHeaders),
    requestBody: Buffer.from(exchange.requestBody).toString('base64'),
    responseHeaders: withoutCredentials(exchange.responseHeaders),
    responseBody: Buffer.from(exchange.responseBody).toString('base64'),
  };
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      credential.test(name) ? withoutValue(value) : value,
    ]),
  );
}

/** `Bearer abc` keeps its scheme, since descriptions demand one. */
function withoutValue(value: string): string {
  const scheme = /^(Bearer|Basic|Digest|AWS4-HMAC-SHA256) /i.exec(value)?.[0] ?? '';
  return `${scheme}[redacted]`;
}
