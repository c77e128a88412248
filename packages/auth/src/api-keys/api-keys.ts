/**
 * Keys that a tenant's programs identify themselves with. A key is shown once, when it is made; what is stored is a digest of it, its name,
 * its scopes and its end. A key has 256 bits of chance, so a fast hash is enough: there is nothing to guess from.
 */
import { type Clock, IntegrationError, Secret, type StateStore, scopedState, systemClock } from '@im/core';
import { z } from 'zod';
import { type AuditOptions, createAudit } from '../common/audit.ts';
import { changeJson } from '../common/change-json.ts';
import { createMembers } from '../common/members.ts';
import { digestOf, type RandomBytes, systemRandomBytes } from '../common/random.ts';
import { isSameSecret } from '../common/same-secret.ts';
import { covers, readPattern, readPermission } from '../rbac/permission.ts';
import { formatKey, newParts, parseKey, prefixPattern } from './format.ts';

/** Settings. `onEvent` is told `api_key.created`, `api_key.revoked`, `api_key.rotated` and `api_key.refused`. */
export interface ApiKeysOptions extends AuditOptions {
  /** Where records are kept. */
  readonly state: StateStore;
  /** In front of each key: lower-case words joined by `_`, such as `acme_live`. */
  readonly prefix: string;
  /** Milliseconds between two notes of when a key was last used. Default 1 hour. */
  readonly lastUsedEveryMs?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/** What a key is to be. */
export interface NewApiKey {
  /** For people: where it is used. 1 to 200 characters. */
  readonly name: string;
  /** What may be done with it: permissions or patterns of them, `invoice:read`, `invoice:*`. At least one. */
  readonly scopes: readonly string[];
  /** Instant at which it ends, milliseconds since 1970. Default: it does not. */
  readonly expiresAt?: number | undefined;
  /** As whom it acts. */
  readonly subject?: string | undefined;
}

/** What is known of a key: all but the key. */
export interface ApiKey extends NewApiKey {
  readonly id: string;
  readonly tenant: string;
  /** Milliseconds since 1970, as are all instants. */
  readonly createdAt: number;
  /** About when it was used last. */
  readonly lastUsedAt?: number | undefined;
  readonly revokedAt?: number | undefined;
  /** Id of the key that takes its place. */
  readonly successor?: string | undefined;
}

/** A key just made. */
export interface CreatedApiKey {
  /** Show it once: it cannot be had again. */
  readonly key: Secret;
  readonly record: ApiKey;
}

/** What a use of a key needs. */
export interface ApiKeyNeeds {
  /** The tenant whose door it is. A key of another one is refused like one that is not there. */
  readonly tenant: string;
  /** `invoice:read`. Default: any key will do. */
  readonly scope?: string | undefined;
}

/** Keys of all tenants. */
export interface ApiKeys {
  /** @throws {@link IntegrationError} `invalid_argument` with all faults */
  create(tenant: string, key: NewApiKey): Promise<CreatedApiKey>;
  /**
   * Whose key it is.
   *
   * @throws {@link IntegrationError} `unauthenticated` for one that is none, is unknown, has ended or was revoked: the caller is not told which; `reason`
   * and the log are. `permission_denied` when it lacks the scope.
   */
  verify(given: string | Secret, needs: ApiKeyNeeds): Promise<ApiKey>;
  /** {@link verify} with what stands in `authorization: Bearer` or `x-api-key`. */
  authenticate(request: Request, needs: ApiKeyNeeds): Promise<ApiKey>;
  list(tenant: string): Promise<readonly ApiKey[]>;
  /** Ends it at once. Again: nothing changes. @throws {@link IntegrationError} `not_found` */
  revoke(tenant: string, id: string): Promise<ApiKey>;
  /**
   * Makes a key like it, and lets the old one end after `overlapMs` (default 24 hours, at most a year), so that programs can be changed over. A key
   * has one successor, of however many that are asked for at once.
   *
   * @throws {@link IntegrationError} `not_found`; `failed_precondition` for one that has ended, or has a successor; `invalid_argument`
   */
  rotate(tenant: string, id: string, options?: { readonly overlapMs?: number }): Promise<CreatedApiKey>;
}

type Stored = ApiKey & { readonly digest: string };

const hourMs = 3_600_000;
const yearMs = 8_760 * hourMs;
const scope = z
  .string()
  .max(400)
  .refine((text) => readPattern(text) !== undefined, 'must be like invoice:read or invoice:*');
const newKey = z.strictObject({
  name: z.string().min(1).max(200),
  scopes: z.array(scope).min(1).max(100),
  expiresAt: z.int().positive().optional(),
  subject: z.string().min(1).max(512).optional(),
});

/**
 * Makes it.
 *
 * @throws {@link IntegrationError} `invalid_argument` for a prefix that is none
 */
export function createApiKeys(options: ApiKeysOptions): ApiKeys {
  const { prefix, lastUsedEveryMs = hourMs, clock = systemClock, randomBytes = systemRandomBytes } = options;
  if (!prefixPattern.test(prefix)) throw invalid('prefix: lower-case words joined by _, such as acme_live');
  const audit = createAudit(options);
  const placeOf = (tenant: string) => {
    const state = scopedState(options.state, 'api-keys', tenant);
    return { state, members: createMembers(state) };
  };

  const create = async (tenant: string, given: NewApiKey): Promise<CreatedApiKey> => {
    const { data, error } = newKey.safeParse(given);
    if (error !== undefined)
      throw invalid(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
    if (data.expiresAt !== undefined && data.expiresAt <= clock.now())
      throw invalid('expiresAt: lies in the past');
    const parts = newParts(randomBytes);
    const record: ApiKey = { ...data, id: parts.id, tenant, createdAt: clock.now() };
    const { state, members } = placeOf(tenant);
    await members.add(parts.id);
    const stored: Stored = { ...record, digest: digestOf(parts.secret) };
    await state.set(keyOf(parts.id), JSON.stringify(stored));
    return { key: new Secret(formatKey(prefix, parts)), record };
  };

  const change = async (tenant: string, id: string, alter: (old: Stored) => Stored): Promise<ApiKey> =>
    shown(
      await changeJson<Stored>(placeOf(tenant).state, keyOf(id), (old) => {
        if (old === undefined) throw notFound(tenant);
        return alter(old);
      }),
    );

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

  return {
    create: async (tenant, given) => {
      const made = await create(tenant, given);
      audit.note({ type: 'api_key.created', tenant, facts: { key: made.record.id } });
      return made;
    },
    verify,
    authenticate: (request, needs) => verify(presented(request), needs),
    list: async (tenant) => {
      const { state, members } = placeOf(tenant);
      const found = await Promise.all((await members.list()).map((id) => state.get(keyOf(id))));
      const records = found.flatMap((one) => (one ? [shown(JSON.parse(one.value) as Stored)] : []));
      return records.toSorted((one, other) => one.createdAt - other.createdAt);
    },
    revoke: async (tenant, id) => {
      const record = await change(tenant, id, (old) =>
        old.revokedAt === undefined ? { ...old, revokedAt: clock.now() } : old,
      );
      audit.note({ type: 'api_key.revoked', tenant, facts: { key: id } });
      return record;
    },
    rotate: async (tenant, id, { overlapMs = 24 * hourMs } = {}) => {
      if (!Number.isSafeInteger(overlapMs) || overlapMs < 0 || overlapMs > yearMs)
        throw invalid(`overlapMs: lies between 0 and ${yearMs}`);
      const now = clock.now();
      const checkAlive = ({ revokedAt, expiresAt = Number.POSITIVE_INFINITY, successor }: Stored) => {
        const reason = revokedAt !== undefined || expiresAt <= now ? 'ended' : successor && 'rotated';
        if (reason === undefined) return;
        throw new IntegrationError('this API key has ended, or has a successor', {
          code: 'failed_precondition',
          reason,
          tenant,
          remedy: 'create a new one',
        });
      };
      const old = await change(tenant, id, (one) => {
        checkAlive(one);
        return one;
      });
      const { name, scopes, subject, expiresAt } = old;
      // The new one first: a crash leaves one that nobody has, rather than none. Nobody has it yet when it is taken back.
      const made = await create(tenant, { name, scopes, subject, expiresAt });
      try {
        await change(tenant, id, (one) => {
          checkAlive(one);
          const end = Math.min(one.expiresAt ?? Number.POSITIVE_INFINITY, now + overlapMs);
          return { ...one, expiresAt: end, successor: made.record.id };
        });
      } catch (error) {
        const { state, members } = placeOf(tenant);
        await state.delete(keyOf(made.record.id));
        await members.remove(made.record.id);
        throw error;
      }
      audit.note({ type: 'api_key.rotated', tenant, facts: { key: id, by: made.record.id } });
      return made;
    },
  };
}

const keyOf = (id: string) => `key/${id}`;

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

function shown({ digest: _digest, ...record }: Stored): ApiKey {
  return record;
}

function invalid(says: string): IntegrationError {
  return new IntegrationError(`this API key cannot be: ${says}`, {
    code: 'invalid_argument',
    provider: 'auth',
    operation: 'api-keys',
    remedy: 'mend the parts named',
  });
}

function notFound(tenant: string): IntegrationError {
  return new IntegrationError('there is no such API key', {
    code: 'not_found',
    tenant,
    remedy: 'list the keys of this tenant',
  });
}
