/** Refused signatures, in the words of S3. */
import type { SignatureRefusal, SignatureVerdict } from '../../common/fake/verify-signature.ts';
import { refusal, type S3ErrorCode, type S3Refusal } from './answers.ts';

const names: Readonly<Record<SignatureRefusal, S3ErrorCode>> = {
  missing: 'AccessDenied',
  malformed: 'AuthorizationHeaderMalformed',
  'unknown-key': 'InvalidAccessKeyId',
  'wrong-scope': 'AuthorizationHeaderMalformed',
  skewed: 'RequestTimeTooSkewed',
  expired: 'AccessDenied',
  'unknown-token': 'InvalidToken',
  'expired-token': 'ExpiredToken',
  'unsigned-headers': 'AccessDenied',
  'wrong-signature': 'SignatureDoesNotMatch',
  'wrong-payload': 'XAmzContentSHA256Mismatch',
};

const words: Readonly<Partial<Record<SignatureRefusal, string>>> = {
  expired: 'Request has expired',
  'unsigned-headers': 'There were headers present in the request which were not signed',
};

/** The error for a signature that is refused by a service in `region`. */
export function signatureRefusal(
  { reason, presigned }: Extract<SignatureVerdict, { readonly ok: false }>,
  region: string,
): S3Refusal {
  if (reason === 'wrong-scope')
    return refusal(presigned ? 'AuthorizationQueryParametersError' : 'AuthorizationHeaderMalformed', {
      message: `The authorization header is malformed; the region is wrong; expecting '${region}'`,
      members: { Region: region },
      headers: { 'x-amz-bucket-region': region },
    });
  if (reason === 'malformed' && presigned) return refusal('AuthorizationQueryParametersError');
  return refusal(names[reason], { message: words[reason] });
}
