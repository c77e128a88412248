export { type SignatureAlgorithm, signatureAlgorithms } from './crypto/algorithms.ts';
export type { UsableCertificate } from './crypto/certificates.ts';
export type { ConnectionUrls } from './flow/connection.ts';
export type { BeginSignIn } from './flow/sign-in.ts';
export { type AttributeMapping, usualAttributes } from './identity.ts';
export type { RequestedContext } from './messages/authn-request.ts';
export type { NameId } from './messages/name-id.ts';
export type { SignedPart } from './messages/response.ts';
export type { SamlSession, SamlSignIn } from './model.ts';
export type {
  IdentityProvider,
  MetadataSource,
  SamlSignOut,
  ServiceKey,
  ServiceProviderOptions,
} from './options.ts';
export type { RefusalReason } from './refusals.ts';
export { createServiceProvider, type Handler, type ServiceProvider } from './service-provider.ts';
export { type Binding, nameIdFormats } from './xml/names.ts';
