/**
 * Keys that a tenant's programs identify themselves with. A key is shown once, when it is made; what is stored is a digest of it, its name,
 * its scopes and its end. A key has 256 bits of chance, so a fast hash is enough: there is nothing to guess from.
 */
import { changeJson, IntegrationError, Secret, scopedState, systemClock } from '@im/core';
import { z } from 'zod';
import { createAudit } from '../common/audit.ts';
import { createMembers } from '../common/members.ts';
import { digestOf, systemRandomBytes } from '../common/random.ts';
import { readPattern } from '../rbac/permission.ts';
import type { ApiKey, ApiKeys, ApiKeysOptions, CreatedApiKey, NewApiKey } from './api-keys.types.ts';
import { formatKey, newParts, prefixPattern } from './format.ts';
import { endOf, keyOf, type Place, type Stored, shown } from './record.ts';
import { createVerification } from './verification.ts';

const hourMs = 3_600_000;
const yearMs = 8_760 * hourMs;
const retentionDefaultMs = 90 * 24 * hourMs;
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
  const { prefix, clock = systemClock, randomBytes = systemRandomBytes } = options;
  if (!prefixPattern.test(prefix)) throw invalid('prefix: lower-case words joined by _, such as acme_live');
  const audit = createAudit(options);
  const placeOf = (tenant: string): Place => {
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

  return {
    create: async (tenant, given) => {
      const made = await create(tenant, given);
      audit.note({ type: 'api_key.created', tenant, facts: { key: made.record.id } });
      return made;
    },
    ...createVerification(options, placeOf, audit),
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
    purge: async (tenant, { retentionMs = retentionDefaultMs, signal } = {}) => {
      if (!Number.isSafeInteger(retentionMs) || retentionMs < 0)
        throw invalid('retentionMs: a whole number of milliseconds, 0 or more');
      const { state, members } = placeOf(tenant);
      const until = clock.now() - retentionMs;
      let purged = 0;
      for (const id of await members.list()) {
        signal?.throwIfAborted();
        const found = await state.get(keyOf(id));
        // What has no record is being made.
        if (found === undefined || endOf(JSON.parse(found.value) as Stored) > until) continue;
        if (!(await state.delete(keyOf(id), found.version))) continue;
        await members.remove(id);
        purged += 1;
      }
      if (purged > 0) audit.note({ type: 'api_key.purged', tenant, facts: { purged } });
      return purged;
    },
  };
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
