export { readBytes } from './answer.ts';
export {
  type AccountTokens,
  accountToken,
  accountTokensKey,
  type WantedAccount,
} from './auth/account-tokens.ts';
export {
  type AuthorizationUrlOptions,
  authorizationUrl,
  createPkce,
  type ExchangeCodeOptions,
  exchangeCode,
  type Pkce,
} from './auth/authorization-code.ts';
export {
  type ClientCredentialsOptions,
  clientCredentials,
  type RefreshTokenOptions,
  refreshToken,
} from './auth/grants.ts';
export type { AuthStyle, IssuedTokens, OAuthClientOptions, TokenContext } from './auth/oauth-client.ts';
export { type SignedJwtOptions, type SigningAlgorithm, signedJwt } from './auth/signed-jwt.ts';
export { type AccessToken, staticToken, type TokenCall, type TokenSource } from './auth/token-source.ts';
export { createHttp, type HttpContext } from './client.ts';
export { createEgressGuard, type EgressRules, guardedLookup } from './egress.ts';
export type { Http, HttpDownload, HttpRequestInit, QueryValue, RequestMethod } from './http.ts';
export {
  cursorPage,
  fromCursor,
  fromLink,
  fromOffset,
  fromPageToken,
  linkPage,
  linkTarget,
  type Offset,
  offsetPage,
  pageTokenPage,
} from './pagination.ts';
export { Path, path, rawPath } from './path.ts';
export { isSecretName, redact, redactUrl, scrub, showsSecret } from './redact.ts';
export { bytes, none, text } from './schemas.ts';
export {
  defaultMaxBytes,
  type HttpSettings,
  type ReadFailure,
  type SignRequest,
  type UnsignedRequest,
} from './settings.ts';
export { createTransport, type OwnTransport, sharedTransport, transportOf } from './shared-transport.ts';
export {
  type EgressGuard,
  type HttpBody,
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
  type LaneName,
  type Progress,
  type Transport,
  transportKey,
} from './transport.ts';
export {
  type VerifiedWebhook,
  type VerifyWebhook,
  type WebhookDelivery,
  WebhookError,
  type WebhookHeaders,
  type WebhookRefusal,
  type WebhookSettings,
} from './webhook/delivery.ts';
export { type HmacWebhookSettings, hmacWebhook } from './webhook/hmac.ts';
export {
  type StandardWebhooksSettings,
  signStandardWebhook,
  standardWebhooks,
} from './webhook/standard-webhooks.ts';
