/** Passkeys, as they are asked for and shown: no logic. */
import type { IntegrationError } from '@im/core';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { FactorChange, Shown } from './context.ts';

/** A key that somebody has. */
export interface Passkey {
  /** The credential's id, in base64url. */
  readonly id: string;
  /** For people: "phone". */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly lastUsedAt?: number | undefined;
  /** Whether it is kept in an account and comes to other devices; otherwise it never leaves its hardware. */
  readonly isSynced: boolean;
}

/** Passkeys of one tenant's people. */
export interface Passkeys {
  /** For `navigator.credentials.create`. Keys that the person has are left out. */
  registrationOptions(
    subject: string,
    person: { readonly name: string; readonly displayName?: string | undefined },
  ): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /**
   * Takes a new key on.
   *
   * @throws {@link IntegrationError} `unauthenticated`; `already_exists`; `failed_precondition` beyond 32 of them; `permission_denied`, reason
   * `step_up_required`
   */
  register(
    subject: string,
    response: RegistrationResponseJSON,
    name: string,
    change?: FactorChange,
  ): Promise<Passkey>;
  /** For `navigator.credentials.get`. Without a subject: whoever has a key of this site, which is a sign-in without a password. */
  authenticationOptions(subject?: string): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /**
   * Who it is. A synced key gives level 2, one that never leaves its hardware level 3.
   *
   * @param subject who it must be; absent: whoever it is
   * @throws {@link IntegrationError} `unauthenticated`, reason `unknown_key`, `challenge`, `other_person` or `not_verified`
   */
  authenticate(response: AuthenticationResponseJSON, subject?: string): Promise<Shown>;
  list(subject: string): Promise<readonly Passkey[]>;
  /** @returns whether it was theirs @throws {@link IntegrationError} `permission_denied`, reason `step_up_required` */
  remove(subject: string, id: string, change?: FactorChange): Promise<boolean>;
}
