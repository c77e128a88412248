/** The one shape that every way to sign in ends with: OpenID Connect, SAML, LDAP, password. */

/** How somebody showed who they are. */
export type SignInMethod = 'oidc' | 'saml' | 'ldap' | 'password';

/**
 * Who signed in, by the word of one issuer. `(tenant, issuer, subject)` is the key; an address or a name is not, since both change hands.
 * Everything in it was verified by the package that made it: by a signature, by a bind, or by a password.
 */
export interface ExternalIdentity {
  /** Whose word it is: an OpenID issuer, a SAML entity id, a directory's URL. Compared as it stands, to the letter. */
  readonly issuer: string;
  /** The issuer's own name for the person, never reused: `sub`, a persistent NameID, `objectGUID` or `entryUUID`. */
  readonly subject: string;
  /** The tenant whose settings named the issuer; never taken from what the issuer sent. */
  readonly tenant: string;
  /** Of the issuer's books; take it for the person's only where {@link emailVerified} is true. */
  readonly email?: string | undefined;
  /** Whether the issuer says that it checked the address. Absent: it does not say, which is not yes. */
  readonly emailVerified?: boolean | undefined;
  /** For display. */
  readonly name?: string | undefined;
  /** Groups or roles by the issuer's names, for mapping to roles of the application. */
  readonly groups?: readonly string[] | undefined;
  /** Everything verified that the issuer said, in its own spelling. No token. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** When the person showed who they are, milliseconds since 1970: not when the token was made. */
  readonly authenticatedAt: number;
  readonly method: SignInMethod;
  /** How sure the issuer is (OpenID Connect Core §2, SAML `AuthnContextClassRef`). */
  readonly acr?: string | undefined;
  /** By what the person showed it, RFC 8176: `pwd`, `otp`, `hwk`. */
  readonly amr?: readonly string[] | undefined;
}
