/** Whose key it is: the record is found by the id, and the secret compared with its digest. */
import { type Secret, type StateStore, systemClock } from '@im/core';
import type { Audit } from '../common/audit.ts';
import { digestOf } from '../common/random.ts';
import { isSameSecret } from '../common/same-secret.ts';
import { covers, readPattern, readPermission } from '../rbac/permission.ts';
import type { ApiKey, ApiKeyNeeds, ApiKeys, ApiKeysOptions } from './api-keys.types.ts';
import { parseKey } from './format.ts';
import { keyOf, type Place, type Stored, shown } from './record.ts';

const hourMs = 3_600_000;

/** Makes it. */
export function createVerification(
  { prefix, lastUsedEveryMs = hourMs, clock = systemClock }: ApiKeysOptions,
  placeOf: (tenant: string) => Place,
  audit: Audit,
): Pick<ApiKeys, 'verify' | 'authenticate'> {
  /** Coarse, and never in the way: who loses the race, or the store, has nothing to write. */
  const noteUse = async (state: StateStore, stored: Stored, version: string): Promise<void> => {
    const now = clock.now();
    if (now - (stored.lastUsedAt ?? Number.NEGATIVE_INFINITY) < lastUsedEveryMs) return;
    const next: Stored = { ...stored, lastUsedAt: now };
    await state.compareAndSet(keyOf(stored.id), version, JSON.stringify(next)).catch(() => undefined);
  };

  const verify = async (given: string | Secret, { tenant, scope: needed }: ApiKeyNeeds): Promise<ApiKey> => {
    const refuse = (reason: string, key?: ApiKey) =>
      audit.refuse({
        type: 'api_key.refused',
        tenant,
        code: 'unauthenticated',
        reason,
        says: 'this API key is not valid',
        subject: key?.subject,
        facts: { key: key?.id },
        remedy: 'use a key of this account that has not ended',
      });
    const parts = parseKey(prefix, typeof given === 'string' ? given : given.reveal());
    if (parts === undefined) throw refuse('malformed');
    const { state } = placeOf(tenant);
    const found = await state.get(keyOf(parts.id));
    const stored = found && (JSON.parse(found.value) as Stored);
    // Compared also where there is nothing to compare with: both take the same time.
    const isRight = isSameSecret(digestOf(parts.secret), stored?.digest ?? digestOf(''));
    if (found === undefined || stored === undefined) throw refuse('unknown');
    if (!isRight) throw refuse('wrong_secret', stored);
    if (stored.revokedAt !== undefined) throw refuse('revoked', stored);
    if (stored.expiresAt !== undefined && stored.expiresAt <= clock.now()) throw refuse('expired', stored);
    if (needed !== undefined && !hasScope(stored, needed))
      throw audit.refuse({
        type: 'api_key.refused',
        tenant,
        code: 'permission_denied',
        reason: 'missing_scope',
        says: `this API key lacks the scope ${needed}`,
        subject: stored.subject,
        facts: { key: stored.id, scope: needed },
        remedy: 'use a key that has it',
      });
    await noteUse(state, stored, found.version);
    return shown(stored);
  };

  return { verify, authenticate: (request, needs) => verify(presented(request), needs) };
}

/** Whether one of the key's scopes covers it. */
export function hasScope({ scopes }: Pick<ApiKey, 'scopes'>, needed: string): boolean {
  const asked = readPermission(needed);
  if (asked === undefined) return false;
  return scopes.some((text) => {
    const pattern = readPattern(text);
    return pattern !== undefined && covers(pattern, asked);
  });
}

function presented(request: Request): string {
  const [scheme = '', token = '', ...rest] = (request.headers.get('authorization') ?? '').split(' ');
  if (scheme.toLowerCase() === 'bearer' && rest.length === 0) return token;
  return request.headers.get('x-api-key') ?? '';
}
