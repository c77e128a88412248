/** What the SDK threw, as the neutral failure that core knows, with no secret in it. */
import { inspect } from 'node:util';
import { isIntegrationError, VendorError, type VendorFailure } from '@im/core';
import { scrub, showsSecret } from '@im/http';
import { isSdkException, reasonOf } from './errors.ts';
import type { Trace } from './request-handler.ts';

/** Headers in which AWS's services give the id of a request; the first that is there. */
export const requestIdHeaders = ['x-amzn-requestid', 'x-amz-request-id', 'x-amzn-request-id', 'x-amz-id-2'];

/**
 * @param known secrets that must not be shown, beside the signature that was sent
 * @returns `VendorError` for what AWS or the network did and for what the SDK refused to send; what was thrown, where it is
 * neither
 */
export function toVendorError(thrown: unknown, trace: Trace, known: readonly string[]): unknown {
  if (thrown instanceof VendorError || isIntegrationError(thrown)) return thrown;
  const { authorization = '', status } = trace;
  const secrets = [...known, authorization.replace(/^\S+ /, '')].filter((secret) => secret !== '');
  if (isSdkException(thrown)) {
    const isShown = !showsSecret(inspect(thrown, { depth: 8 }), secrets);
    return new VendorError(failureOf(thrown, trace, secrets), isShown ? { cause: thrown } : undefined);
  }
  if (status !== undefined) {
    const [reason, says] = isChecksum(thrown) ? checksumMismatch : unexpectedBody;
    const requestId = requestIdOf(trace, secrets);
    return new VendorError({ sent: true, code: 'internal', status, reason, says, requestId });
  }
  if (trace.sent || !(thrown instanceof Error)) return thrown;
  // The SDK refuses what it cannot write down, before anything is sent.
  const says = scrub(thrown.message, secrets);
  return new VendorError({ sent: false, code: 'invalid_argument', reason: 'refused_by_sdk', says });
}

const unexpectedBody = ['unexpected_body', 'the answer is not what was promised'] as const;
const checksumMismatch = [
  'checksum_mismatch',
  'the checksum in the answer is not that of the content',
] as const;

/** The SDK checks MD5 of messages in SQS, and the checksums of objects in S3. */
function isChecksum(thrown: unknown): boolean {
  return thrown instanceof Error && /checksum/i.test(thrown.message);
}

function failureOf(
  exception: Error & { readonly $metadata: { readonly httpStatusCode?: number } },
  trace: Trace,
  secrets: readonly string[],
): VendorFailure {
  const reason = reasonOf(exception.name, exception.message);
  const words = scrub(exception.message.split('\n', 1)[0] ?? '', secrets);
  return {
    status: exception.$metadata.httpStatusCode,
    sent: true,
    headers: trace.headers,
    reason: reason !== undefined && showsSecret(reason, secrets) ? undefined : reason,
    says:
      reason === undefined || words === '' || words === 'UnknownError' ? undefined : `AWS says "${words}"`,
    requestId: requestIdOf(trace, secrets),
  };
}

/** AWS's id of the request, unless something of ours was put there. */
function requestIdOf({ headers }: Trace, secrets: readonly string[]): string | undefined {
  const given = requestIdHeaders.map((name) => headers?.get(name)).find((id) => id);
  return given && /^[\w.:=/+-]{1,200}$/.test(given) && !showsSecret(given, secrets) ? given : undefined;
}
