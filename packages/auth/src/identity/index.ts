export type { ExternalIdentity, SignInMethod } from '../common/principal.ts';
