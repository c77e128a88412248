export type { AuditOptions, AuthEvent, AuthListener } from '../common/audit.ts';
export {
  createEnvelope,
  type Envelope,
  type EnvelopeKey,
  type EnvelopeOptions,
  type LocalKey,
  type RemoteKey,
} from '../common/envelope.ts';
export type { FetchOptions } from '../common/fetch.ts';
export type { ExternalIdentity } from '../common/principal.ts';
export type { RandomBytes } from '../common/random.ts';
export type {
  Authorization,
  AuthorizationCallback,
  AuthorizationProof,
  AuthorizationRequest,
  AuthorizedTokens,
} from './authorization.ts';
export {
  type ClientCredentialsCall,
  createOAuthClient,
  type DeviceAuthorization,
  type IntrospectCall,
  type Introspection,
  type OAuthCall,
  type OAuthClient,
  type RefreshCall,
  type RevokeCall,
  type ScopedCall,
} from './client.ts';
export type { ClientCredential } from './client-authentication.ts';
export type { OAuthClientOptions } from './client-options.ts';
export type { Connection, ConnectionState } from './connections/connection.ts';
export {
  type ConnectionClient,
  type Connections,
  type ConnectionsOptions,
  createConnections,
} from './connections/connections.ts';
export type { LostRefresh } from './connections/refresh-outcome.ts';
export type {
  ConnectionCall,
  ConnectionToken,
  NewConnection,
  TenantConnections,
  TokenNeeds,
} from './connections/tenant-connections.types.ts';
export { connectionToken, connectionTokens } from './connections/token-source.ts';
export { createDpopKey, type DpopRequest, type DpopSources, dpopHeaders } from './dpop.ts';
export {
  type ConnectHandlers,
  type ConnectHandlersOptions,
  type ConnectUser,
  createConnectHandlers,
} from './handlers/connect.ts';
export {
  createSignInHandlers,
  type SignedInBrowser,
  type SignInHandlers,
  type SignInHandlersOptions,
} from './handlers/sign-in.ts';
export {
  type ClientAuthMethod,
  type ConnectedAccount,
  type OAuthDialect,
  type OAuthEndpoints,
  type OAuthProvider,
  openIdProvider,
  type ReadAccount,
  type RefreshFacts,
  type VendorRequest,
  type VendorRequestParts,
  type VendorTokens,
} from './provider.ts';
export { type AppleClientSecretOptions, appleClientSecret } from './providers/apple.ts';
export { type OAuthProviderId, oauthProviders } from './providers/index.ts';
export { missingScopes, type TokenSet } from './tokens.ts';
