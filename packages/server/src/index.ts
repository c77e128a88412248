export type { ClientLimits } from './listener.ts';
export { jsonLogger } from './log.ts';
export type { Candidate, StartFake } from './sandbox/find.ts';
export {
  type Sandbox,
  type SandboxOptions,
  type SandboxRow,
  sandboxTable,
  startSandbox,
} from './sandbox/sandbox.ts';
export type { Health, IntegrationView, Problem } from './schemas.ts';
export { createServer, type HubServer, ListenError, type ServerOptions } from './server.ts';
export { type StartServerOptions, startServer } from './start.ts';
export type { Note } from './view.ts';
