export {
  createEnvelope,
  type Envelope,
  type EnvelopeKey,
  type EnvelopeOptions,
  type LocalKey,
  type RemoteKey,
} from '../common/envelope.ts';
export type { FactorChange, MfaOptions, PasskeySite, Shown } from './context.ts';
export { createMfa, type Factors, type Mfa, type TenantMfa } from './mfa.ts';
export type { Passkey, Passkeys } from './passkeys.types.ts';
export type { RecoveryCodes } from './recovery-codes.ts';
export type { CodeChannel, CodeMessage, CodeSender, SentCodes } from './sent-codes.ts';
export type { Totp, TotpEnrolment } from './totp.ts';
