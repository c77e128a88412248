/** What a service provider is told: of itself, of its tenants' identity providers, and of where things go. */
import type { AuthListener } from '@im/auth/jwt';
import type { Clock, IntegrationError, Logger, Provided, Secret, StateStore } from '@im/core';
import type { SignatureAlgorithm } from './crypto/algorithms.ts';
import type { AttributeMapping } from './identity.ts';
import type { RequestedContext } from './messages/authn-request.ts';
import type { NameId } from './messages/name-id.ts';
import type { SignedPart } from './messages/response.ts';
import type { SamlSignIn } from './model.ts';
import type { Binding } from './xml/names.ts';

/** A key of this service and its certificate. */
export interface ServiceKey {
  /** PEM; put into our metadata, and into signatures. */
  readonly certificate: string;
  /** PEM of the RSA key. */
  readonly privateKey: Secret;
}

/** Where the metadata of an identity provider comes from. */
export type MetadataSource =
  | {
      /** The document. */
      readonly xml: string;
      /** Which provider, where it describes several. */
      readonly entityId?: string | undefined;
      /** Certificates, PEM, one of which must have signed it. Default: it need not be signed. */
      readonly signedBy?: readonly string[] | undefined;
    }
  | {
      /** `https` and a public host; fetched when it is needed, and again from time to time. */
      readonly url: string;
      readonly entityId?: string | undefined;
      /** Wanted wherever the address is not one that you trust to stay the provider's. */
      readonly signedBy?: readonly string[] | undefined;
      /** Milliseconds after which it is fetched again, unless it says itself that it lasts less. Default one hour. */
      readonly refreshMs?: number | undefined;
      /** Whether the host may be internal, and asked by `http`. Default false. */
      readonly allowInternal?: boolean | undefined;
    }
  | {
      /** Written out, for a provider that gives no document. */
      readonly entityId: string;
      /** Address for sign-in, by redirect. */
      readonly signOnUrl: string;
      readonly logoutUrl?: string | undefined;
      /** PEM; several while it changes its key. */
      readonly certificates: readonly string[];
    };

/** One identity provider of one tenant. */
export interface IdentityProvider {
  /** Names it in addresses: letters, digits, `_`, `-`, `.`. */
  readonly id: string;
  readonly metadata: MetadataSource;
  /** Our entity id towards it. Default: the address of our metadata for it, which no other tenant has. */
  readonly entityId?: string | undefined;
  /** What must be signed. Default `either`: the answer or the assertion, as most providers do one of both. */
  readonly signed?: SignedPart | undefined;
  /** Whether assertions must be encrypted. Default false: they may be. */
  readonly encrypted?: boolean | undefined;
  /** Whether our requests are signed. Default: when there is a key. */
  readonly signRequests?: boolean | undefined;
  /** How our requests go. Default: by redirect, where the provider takes that. */
  readonly binding?: Binding | undefined;
  /** Form of the name asked for, such as `nameIdFormats.persistent`. Default: whichever the provider likes. */
  readonly nameIdFormat?: string | undefined;
  /** Whether the person must sign in anew each time. Default false. */
  readonly forceAuthn?: boolean | undefined;
  readonly requestedContext?: RequestedContext | undefined;
  /** How long ago the person may have signed in at the provider, in milliseconds. Default: any time. */
  readonly maxSignInAgeMs?: number | undefined;
  /**
   * Whether a sign-in may begin at the provider, without a request of ours. Default false: nothing then ties the answer to the browser that brings
   * it, and somebody can be signed in to another's account by a link.
   */
  readonly allowUnsolicited?: boolean | undefined;
  /** Difference of clocks that is borne, in milliseconds. Default one minute. */
  readonly clockSkewMs?: number | undefined;
  /** Whether SHA-1 is good enough for its signatures. Default false. */
  readonly allowSha1?: boolean | undefined;
  /**
   * Whether an assertion may come without saying for whom it is. Default false: one for another service of the same provider would be as good.
   */
  readonly allowMissingAudience?: boolean | undefined;
  /** Which attributes mean what. */
  readonly attributes?: AttributeMapping | undefined;
  /** Whether addresses that it gives count as verified. Default false. */
  readonly trustEmail?: boolean | undefined;
}

/** Somebody whom a provider signed out. */
export interface SamlSignOut {
  readonly tenant: string;
  /** Id of the provider's settings. */
  readonly provider: string;
  /** The provider's entity id. */
  readonly issuer: string;
  readonly nameId: NameId;
  /** Sessions that end; none: all of that name. */
  readonly sessionIndexes: readonly string[];
}

/** Settings of {@link createServiceProvider}. */
export interface ServiceProviderOptions {
  /** Under which the handlers are reached, as browsers and providers see it: `https://app.example.com/saml`. */
  readonly baseUrl: string;
  /**
   * The identity providers of a tenant, asked for with every request. `undefined`: there is no such tenant.
   */
  readonly providers: (
    tenant: string,
  ) => readonly IdentityProvider[] | undefined | Promise<readonly IdentityProvider[] | undefined>;
  /** Makes a session of a sign-in, and the answer that takes the browser to `returnTo`. */
  readonly onSignIn: (signIn: SamlSignIn, request: Request) => Response | Promise<Response>;
  /** Ends sessions that a provider has ended. Absent: such requests are answered as failed. */
  readonly onSignOut?: ((signOut: SamlSignOut) => void | Promise<void>) | undefined;
  /** Answers a refused request. Default: a plain page with the safe message. */
  readonly onRefusal?:
    | ((error: IntegrationError, request: Request) => Response | Promise<Response>)
    | undefined;
  /** The first one signs; all of them decrypt, and stand in our metadata, so that keys are changed by putting a new one in front. */
  readonly keys?: readonly ServiceKey[] | undefined;
  /** Default `rsa-sha256`. */
  readonly signatureAlgorithm?: SignatureAlgorithm | undefined;
  /** Origins, beside paths of this application, that a browser may be sent back to. */
  readonly returnOrigins?: readonly string[] | undefined;
  /** How long a sign-in may take, in milliseconds. Default ten minutes. */
  readonly requestTtlMs?: number | undefined;
  /** Shared by all processes. Default: in memory. */
  readonly state?: StateStore | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  readonly onEvent?: AuthListener | undefined;
  /** Such as a transport of your own, under `transportKey` of `@im/http`. */
  readonly services?: readonly Provided[] | undefined;
  /** Bytes that nobody can foretell. Default: the system's. */
  readonly randomBytes?: ((size: number) => Uint8Array) | undefined;
}
