/** Errors that every service answers. */
import { type AwsFault, fault, type Protocol } from './protocols.ts';
import type { SignatureRefusal } from './verify-signature.ts';

/** What becomes of a bad signature: its name in JSON and in the query protocol, and the words. */
const signatureFaults: Readonly<
  Record<SignatureRefusal, readonly [json: string, query: string, message: string]>
> = {
  missing: [
    'MissingAuthenticationTokenException',
    'MissingAuthenticationToken',
    'Missing Authentication Token',
  ],
  malformed: ['IncompleteSignatureException', 'IncompleteSignature', 'Authorization header is not complete.'],
  'unknown-key': [
    'UnrecognizedClientException',
    'InvalidClientTokenId',
    'The security token included in the request is invalid.',
  ],
  'wrong-scope': [
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    'Credential should be scoped to a valid region.',
  ],
  skewed: [
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    'Signature expired: the time of the request is too far off.',
  ],
  expired: ['InvalidSignatureException', 'SignatureDoesNotMatch', 'Signature expired: the URL has expired.'],
  'unknown-token': [
    'UnrecognizedClientException',
    'InvalidClientTokenId',
    'The security token included in the request is invalid.',
  ],
  'expired-token': [
    'ExpiredTokenException',
    'ExpiredToken',
    'The security token included in the request is expired',
  ],
  'unsigned-headers': [
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    'Headers that must be signed are not.',
  ],
  'wrong-signature': [
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided.',
  ],
  'wrong-payload': [
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    'The body is not the one that was signed.',
  ],
};

/** The error for a signature that is refused. */
export function signatureFault(reason: SignatureRefusal, { kind }: Protocol): AwsFault {
  const [json, query, message] = signatureFaults[reason];
  return kind === 'query'
    ? fault(query, message, { status: 403 })
    : fault(json, message, { status: kind === 'rest' ? 403 : 400 });
}

const faults: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['ValidationException', 'The input fails to satisfy the constraints of the service.'],
  403: ['AccessDeniedException', 'You are not authorized to perform this action.'],
  429: ['ThrottlingException', 'Rate exceeded'],
  503: ['ServiceUnavailable', 'The service is unavailable.'],
};

/** The error for an injected status. */
export function faultFor(status: number): AwsFault {
  const [code, message] =
    faults[status] ?? (status >= 500 ? ['InternalFailure', 'An internal failure.'] : ['Unknown', 'Refused.']);
  return fault(code, message, { status });
}

/** The error for an operation that the service does not have. */
export function unknownOperation({ kind }: Protocol, operation: string | undefined): AwsFault {
  return kind === 'query'
    ? fault('InvalidAction', `The action ${operation ?? ''} is not valid for this web service.`)
    : fault('UnknownOperationException', 'The operation is not known.');
}
