export type { ClientLimits } from './listener.ts';
export type { Health, IntegrationView, Problem } from './schemas.ts';
export { createServer, type HubServer, ListenError, type ServerOptions } from './server.ts';
export type { Note } from './view.ts';
