/** What the section of the hub asks to be opened; who opens it closes it. */
import { createRemoteKeySet, createTokenVerifier } from '@im/auth/jwt';
import { type Clock, type Logger, loadOptional, memoryState, type StateStore } from '@im/core';
import { createHubAccess, type HubAccess } from '../access/access.ts';
import { fileState } from '../access/file-state.ts';
import { type AuditLog, openAuditLog } from '../audit/audit-log.ts';
import { fileAuditStore } from '../audit/file-store.ts';
import type { HubSettings } from '../settings.ts';
import { withoutUndefined } from '../without-undefined.ts';

/** The state that hubs share, or one of this process alone. @throws `IntegrationError` `failed_precondition` when `@im/redis` is not installed */
export async function openState(settings: HubSettings['state'], clock: Clock): Promise<StateStore> {
  if (settings === undefined) return memoryState(clock);
  const { redisState } = await loadOptional('@im/redis', 'hub.state.redis', () => import('@im/redis'));
  return redisState({ url: settings.redis, clock, ...withoutUndefined({ prefix: settings.prefix }) });
}

/** Who may call; the file of keys is closed with `resources`. */
export async function openAccess(
  settings: HubSettings['access'],
  { state, clock, logger }: { readonly state: StateStore; readonly clock: Clock; readonly logger: Logger },
  resources: AsyncDisposableStack,
): Promise<HubAccess | undefined> {
  if (settings === undefined) return undefined;
  const { keysFile, keyPrefix, roles, tokens } = settings;
  return createHubAccess({
    state: keysFile === undefined ? state : resources.use(await fileState(keysFile)),
    keyPrefix,
    roles,
    clock,
    logger,
    tokens: tokens && {
      tenantClaim: tokens.tenantClaim,
      rolesClaim: tokens.rolesClaim,
      verifier: createTokenVerifier({
        issuer: tokens.issuer,
        audience: tokens.audience,
        typ: tokens.typ,
        keys: createRemoteKeySet({ url: tokens.jwksUri, logger, clock }),
        clock,
        logger,
      }),
    },
  });
}

/** The audit log, closed with `resources`. @throws `IntegrationError` `failed_precondition` when it was tampered with */
export async function openAudit(
  settings: HubSettings['audit'],
  clock: Clock,
  resources: AsyncDisposableStack,
): Promise<AuditLog | undefined> {
  if (settings === undefined) return undefined;
  return resources.use(await openAuditLog({ store: await fileAuditStore(settings.file), clock }));
}
