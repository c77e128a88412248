/** What is known of an identity provider by its metadata. */
import type { UsableCertificate } from '../crypto/certificates.ts';
import type { Binding } from '../xml/names.ts';

/** Where a service of a provider is asked. */
export interface Endpoint {
  readonly binding: Binding;
  readonly location: string;
  /** Where answers go, when elsewhere. */
  readonly responseLocation?: string | undefined;
}

/** One identity provider. */
export interface IdentityProviderMetadata {
  readonly entityId: string;
  readonly signOn: readonly Endpoint[];
  readonly logout: readonly Endpoint[];
  /** Whose signatures are believed: several while a key is changed. */
  readonly certificates: readonly UsableCertificate[];
  /** Certificates that cannot be used, and why. */
  readonly unusable: readonly string[];
  readonly wantsSignedRequests: boolean;
  readonly nameIdFormats: readonly string[];
  /** Until when it may be used, milliseconds since 1970. */
  readonly validUntil?: number | undefined;
  /** How long it may be kept, in milliseconds. */
  readonly cacheMs?: number | undefined;
}
