export type { AssuranceLevel, BegunSession, Session, SignedIn } from './session.ts';
export { createSessions } from './sessions.ts';
export type { SessionNeeds, Sessions, SessionsOptions, TenantSessions } from './sessions.types.ts';
