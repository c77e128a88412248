/** What a sign-in gives. */
import type { ExternalIdentity } from '@im/auth/identity';
import type { NameId } from './messages/name-id.ts';

/** What is needed to end the provider's session. Plain data: keep it with your own session. */
export interface SamlSession {
  readonly tenant: string;
  /** Id of the provider's settings. */
  readonly provider: string;
  readonly nameId: NameId;
  /** The provider's name of the session. */
  readonly sessionIndex?: string | undefined;
  /** Until when it may last, by the provider's word; milliseconds since 1970. */
  readonly endsAt?: number | undefined;
}

/** A sign-in that was proven. */
export interface SamlSignIn {
  readonly identity: ExternalIdentity;
  readonly session: SamlSession;
  /** Where the browser is taken: a path of this application, or an address of an allowed origin. */
  readonly returnTo: string;
  /** Whether it was begun at the provider. */
  readonly isUnsolicited: boolean;
}
