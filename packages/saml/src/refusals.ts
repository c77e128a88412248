/**
 * Why something is refused: a name for the log, and what a caller's page may say. Nothing that was sent stands in either.
 *
 * Code that checks throws {@link Refused}; `audit.ts` writes the reason down and makes the error that callers see.
 */
import type { ErrorCode } from '@im/core';

interface Meaning {
  readonly code: ErrorCode;
  /** For the caller's page. */
  readonly says: string;
}

const unverifiable: Meaning = {
  code: 'unauthenticated',
  says: 'the answer of the identity provider cannot be verified; begin the sign-in again',
};
const untimely: Meaning = {
  code: 'unauthenticated',
  says: 'the answer of the identity provider is not valid at this time; begin the sign-in again',
};
const unasked: Meaning = {
  code: 'unauthenticated',
  says: 'this sign-in was not begun here, or was finished already; begin it again',
};
const misconfigured: Meaning = {
  code: 'failed_precondition',
  says: 'the connection to the identity provider is not set up right; tell the administrator',
};
const badRequest: Meaning = { code: 'invalid_argument', says: 'this is no message of SAML' };

/** Every reason there is. */
export const refusals = {
  // The text itself.
  no_message: badRequest,
  bad_encoding: badRequest,
  too_large: badRequest,
  not_xml: badRequest,
  dtd: badRequest,
  comment_or_instruction: badRequest,
  bad_entity: badRequest,
  too_deep: badRequest,
  too_many_elements: badRequest,
  duplicate_id: unverifiable,
  unexpected_message: badRequest,
  bad_shape: unverifiable,

  // Signatures and encryption.
  unsigned: unverifiable,
  signature_shape: unverifiable,
  signature_place: unverifiable,
  signature_algorithm: unverifiable,
  signature_invalid: unverifiable,
  several_assertions: unverifiable,
  no_assertion: unverifiable,
  not_encrypted: unverifiable,
  encryption_shape: unverifiable,
  encryption_algorithm: unverifiable,
  encryption_unsigned: unverifiable,
  no_decryption_key: misconfigured,
  cannot_decrypt: unverifiable,

  // What it says.
  version: unverifiable,
  issuer_missing: unverifiable,
  issuer_unknown: unverifiable,
  destination: unverifiable,
  recipient: unverifiable,
  audience: unverifiable,
  in_response_to: unasked,
  not_asked: unasked,
  relay_state: unasked,
  other_browser: unasked,
  replayed: unasked,
  no_subject: unverifiable,
  no_confirmation: unverifiable,
  bad_time: unverifiable,
  not_yet_valid: untimely,
  expired: untimely,
  sign_in_too_old: untimely,
  session_ended: untimely,
  unknown_condition: unverifiable,
  no_authentication: unverifiable,
  authentication_context: {
    code: 'permission_denied',
    says: 'the identity provider signed you in by other means than are wanted here',
  },
  unstable_subject: misconfigured,
  subject_missing: misconfigured,

  // What the identity provider says of itself.
  status_no_passive: {
    code: 'unauthenticated',
    says: 'the identity provider would have to ask for your sign-in',
  },
  status_refused: { code: 'permission_denied', says: 'the identity provider did not sign you in' },
  status_failed: { code: 'unavailable', says: 'the identity provider failed; try again later' },

  // The connection, and who asks.
  unknown_tenant: { code: 'not_found', says: 'there is no such place' },
  unknown_provider: { code: 'not_found', says: 'there is no such identity provider' },
  no_endpoint: misconfigured,
  return_to: { code: 'invalid_argument', says: 'the address to return to is not one of this application' },
  metadata_unreachable: {
    code: 'unavailable',
    says: 'the identity provider cannot be reached; try again later',
  },
  metadata_refused: misconfigured,
  metadata_expired: misconfigured,
  metadata_without_certificate: misconfigured,
  metadata_without_provider: misconfigured,
  metadata_certificate: misconfigured,
  method: { code: 'unimplemented', says: 'this address is not asked in this way' },
} as const satisfies Readonly<Record<string, Meaning>>;

/** A name from the table. */
export type RefusalReason = keyof typeof refusals;

/** Thrown where something is refused. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly reason: RefusalReason;
  /** For the log: which part it was, in our words. */
  readonly detail: string | undefined;

  constructor(reason: RefusalReason, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? reason : `${reason}: ${detail}`, options);
    this.reason = reason;
    this.detail = detail;
  }
}

/** Refuses. */
export function refuse(reason: RefusalReason, detail?: string): never {
  throw new Refused(reason, detail);
}

/** Refuses unless it holds. */
export function require(holds: boolean, reason: RefusalReason, detail?: string): asserts holds {
  if (!holds) refuse(reason, detail);
}
