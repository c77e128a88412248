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
export { createOneTime, type OneTime } from '../common/one-time.ts';
export type { RandomBytes } from '../common/random.ts';
export { type JwtAlgorithm, publicKeyAlgorithms } from './algorithms.ts';
export {
  createTokenIssuer,
  type IssuedToken,
  type TokenIssuer,
  type TokenIssuerOptions,
  type TokenRequest,
} from './issuer.ts';
export { type JwksHandlerOptions, jwksHandler } from './jwks-handler.ts';
export {
  createKeyRing,
  type KeyRing,
  type KeyRingOptions,
  type SigningKey,
  type SigningKeys,
} from './key-ring.ts';
export {
  createKeySet,
  type JsonWebKeySet,
  type KeySet,
  type NoKey,
  type VerificationKeys,
} from './key-set.ts';
export { createRefreshTokens } from './refresh-tokens.ts';
export type {
  IssuedRefreshToken,
  RefreshGrant,
  RefreshTokens,
  RefreshTokensOptions,
  RotateCall,
} from './refresh-tokens.types.ts';
export {
  createRefreshingToken,
  type RefreshingToken,
  type RefreshingTokenOptions,
} from './refreshing-token.ts';
export { createRemoteKeySet, type RemoteKeySetOptions } from './remote-key-set.ts';
export {
  createRevocationList,
  type RevocationCheck,
  type RevocationList,
  type RevocationListOptions,
} from './revocation.ts';
export { createSigningKeys, type SigningKeyOptions } from './signing-keys.ts';
export { createTokenEndpoint, type TokenEndpoint, type TokenEndpointOptions } from './token-endpoint.ts';
export {
  createTokenVerifier,
  type TokenVerifier,
  type TokenVerifierOptions,
  type VerifiedToken,
  type VerifyCall,
} from './verifier.ts';
