export {
  createHubAccess,
  type HubAccess,
  type HubAccessOptions,
  type NewHubKey,
  type TokenAccess,
} from './access/access.ts';
export type { Caller } from './access/caller.ts';
export { hubRoles, type Permission } from './access/roles.ts';
export {
  type AuditLog,
  type AuditLogOptions,
  type AuditVerdict,
  memoryAuditLog,
  openAuditLog,
} from './audit/audit-log.ts';
export type { AuditEntry, AuditEvent } from './audit/chain.ts';
export { fileAuditStore } from './audit/file-store.ts';
export type { AuditStore } from './audit/store.ts';
export { type HubConfig, loadHubConfig } from './config/load.ts';
export { type SplitFile, splitFile } from './config/section.ts';
export { createConnect, type HubConnect } from './connect.ts';
export { ListenError } from './listen.ts';
export type { ClientLimits } from './listener.ts';
export { jsonLogger } from './log.ts';
export type { GeoRules } from './network/geo.ts';
export type { NetworkRules } from './network/network.ts';
export type { RateLimitRule } from './network/rate-limit.ts';
export type { Reload, ReloadReport } from './reload.ts';
export type { Candidate, StartFake } from './sandbox/find.ts';
export { type SandboxRow, sandboxTable } from './sandbox/rows.ts';
export { type Sandbox, type SandboxOptions, startSandbox } from './sandbox/sandbox.ts';
export { type ActiveSpell, type Spell, sandboxWeather } from './sandbox/weather.ts';
export type { Health, IntegrationView, Problem } from './schemas.ts';
export { createServer, type HubServer, type RateLimits, type ServerOptions } from './server.ts';
export { type HubSettings, hubSettings } from './settings.ts';
export { type StartServerOptions, startServer } from './start.ts';
export type { Note } from './view.ts';
export { type DeliverySettings, deliverTo } from './webhooks/deliver.ts';
export type { WebhookOptions, WebhookSource } from './webhooks/inbox.ts';
