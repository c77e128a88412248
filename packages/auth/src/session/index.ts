export type { AssuranceLevel, BegunSession, Session, SignedIn } from './session.ts';
export {
  createSessions,
  type SessionNeeds,
  type Sessions,
  type SessionsOptions,
  type TenantSessions,
} from './sessions.ts';
