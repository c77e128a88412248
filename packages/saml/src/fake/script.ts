/** What a fake provider answers, and everything of it that a test may want otherwise. */
import type { NameId } from '../messages/name-id.ts';
import type { ServiceKey } from '../options.ts';
import type { EncryptionScript } from './encrypt.ts';

/** A person of the fake. */
export interface FakePerson {
  readonly nameId: NameId;
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
}

/** What is answered otherwise than an honest provider would. Every part has an honest default. */
export interface AnswerScript {
  readonly person?: FakePerson | undefined;
  readonly nameId?: Partial<NameId> | undefined;
  readonly attributes?: FakePerson['attributes'] | undefined;

  /** Default: the assertion alone. */
  readonly sign?: 'assertion' | 'response' | 'both' | 'none' | undefined;
  /** In place of the provider's own. */
  readonly key?: ServiceKey | undefined;
  readonly hash?: 'sha1' | 'sha256' | 'sha512' | undefined;
  readonly encrypt?: EncryptionScript | undefined;

  readonly issuer?: string | undefined;
  readonly responseIssuer?: string | undefined;
  /** `null` leaves it out. */
  readonly destination?: string | null | undefined;
  readonly recipient?: string | undefined;
  readonly audience?: string | null | undefined;
  readonly inResponseTo?: string | null | undefined;
  readonly subjectInResponseTo?: string | null | undefined;
  readonly assertionId?: string | undefined;
  /** `<status>` or `<status>, <inner status>`, without what stands in front of each. */
  readonly status?: string | undefined;

  /** Milliseconds since 1970. */
  readonly issuedAt?: number | undefined;
  readonly notBefore?: number | undefined;
  readonly notOnOrAfter?: number | undefined;
  readonly authenticatedAt?: number | undefined;
  readonly sessionEndsAt?: number | undefined;
  readonly sessionIndex?: string | undefined;
  readonly context?: string | undefined;

  /** Changes the assertion before it is signed. */
  readonly editAssertion?: ((text: string) => string) | undefined;
  /** Changes the answer before it is signed; the assertion in it is signed already. */
  readonly editResponse?: ((text: string) => string) | undefined;
  /** Changes everything at the end. */
  readonly editSigned?: ((text: string) => string) | undefined;
}
