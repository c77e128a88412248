/**
 * Refresh tokens of the application's own: opaque, used once, each replaced by the next (RFC 9700 §4.14.2).
 *
 * All that came from one sign-in are a *family*. A token is `<family>.<secret>`; the store holds one record for the family, with the digest of the
 * newest secret. Each secret is marked with a key of the family, so that one that somebody made up, who knows a family from a log, is told from
 * one that was issued. Of those, one that is not the newest was replaced before: either its owner's copy was stolen, or the thief's was. Nobody
 * can tell which, so the family ends, and whoever holds a token of it signs in again.
 *
 * A client that never heard the answer to a rotation comes with the old token too. Where that matters, `graceMs` lets the token just replaced
 * bring *the same* successor again: it is kept sealed with a key made of the old token, so that whoever reads the store cannot open it. A thief
 * within that time gets the same token as the owner, and the first to use it shows the other.
 */
import { type IntegrationError, Secret, scopedState, systemClock } from '@im/core';
import { createAudit, type Refusal } from '../common/audit.ts';
import { digestOf, randomToken, systemRandomBytes } from '../common/random.ts';
import { isSameSecret } from '../common/same-secret.ts';
import { newSecret, openBy, sealBy, wasIssued } from './refresh-secret.ts';
import type {
  IssuedRefreshToken,
  RefreshGrant,
  RefreshTokens,
  RefreshTokensOptions,
} from './refresh-tokens.types.ts';

interface Family extends RefreshGrant {
  /** Marks the secrets of this family. */
  readonly key: string;
  /** Digest of the newest secret. */
  readonly current: string;
  readonly endsAt: number;
  readonly idleAt: number;
  /** How often the subject had been revoked when it was begun. */
  readonly generation: number;
  readonly replaced?: Replaced | undefined;
  readonly isRevoked?: true | undefined;
}

/** The token before the newest. */
interface Replaced {
  readonly digest: string;
  readonly at: number;
  /** The newest token, sealed by the one before it. */
  readonly successor: string;
}

const day = 86_400_000;
const says = 'the refresh token was not accepted';

/** Makes it. */
export function createRefreshTokens(options: RefreshTokensOptions): RefreshTokens {
  const { idleMs = 14 * day, lifetimeMs = 90 * day, graceMs = 0 } = options;
  const { clock = systemClock, randomBytes = systemRandomBytes } = options;
  const audit = createAudit(options);
  // Families are found by a random id, so their place needs no tenant; that it is the right one is checked on the record.
  const families = scopedState(options.state, 'auth', 'refresh', 'families');
  const generations = (tenant: string) =>
    scopedState(options.state, 'auth', 'refresh', 'generations', tenant);

  const generationOf = async ({ tenant, subject }: RefreshGrant) =>
    Number((await generations(tenant).get(subject))?.value ?? 0);
  const refused = (
    reason: string,
    tenant: string,
    facts?: Refusal['facts'],
    subject?: string,
  ): IntegrationError =>
    audit.refuse({
      type: 'refresh_token.refused',
      tenant,
      code: 'unauthenticated',
      reason,
      says,
      remedy: 'sign in again',
      subject,
      facts,
      isEveryday: reason === 'refresh_token_expired',
    });
  const write = (id: string, version: string | undefined, family: Family) =>
    families.compareAndSet(id, version, JSON.stringify(family), {
      ttlMs: Math.max(family.endsAt - clock.now(), 1_000),
    });
  const issued = (id: string, secret: string, { idleAt, endsAt }: Family): IssuedRefreshToken => ({
    value: new Secret(`${id}.${secret}`),
    familyId: id,
    expiresAt: Math.min(idleAt, endsAt),
  });

  const find = async (token: string) => {
    const [, id = '', secret = ''] = /^([\w-]{22})\.([\w-]{43})$/.exec(token) ?? [];
    const found = id === '' ? undefined : await families.get(id);
    return found && { id, secret, version: found.version, family: JSON.parse(found.value) as Family };
  };
  const revokeFamily = async (id: string): Promise<void> => {
    for (let found = await families.get(id); found !== undefined; found = await families.get(id)) {
      const { replaced: _, ...family } = JSON.parse(found.value) as Family;
      if (family.isRevoked || (await write(id, found.version, { ...family, isRevoked: true })) !== undefined)
        return;
    }
  };

  const rotate: RefreshTokens['rotate'] = async (given, call, prepare) => {
    const token = typeof given === 'string' ? given : given.reveal();
    // A loser of a race sees what the winner wrote, and is judged by that.
    while (true) {
      const found = await find(token);
      if (found === undefined) throw refused('unknown_refresh_token', call.tenant);
      const { id, secret, version, family } = found;
      const { subject } = family;
      const facts = { familyId: id };
      if (family.tenant !== call.tenant) throw refused('wrong_tenant', call.tenant, facts);
      if (family.clientId !== call.clientId) throw refused('wrong_client', call.tenant, facts, subject);
      if (family.isRevoked || family.generation !== (await generationOf(family)))
        throw refused('refresh_token_revoked', call.tenant, facts, subject);
      const now = clock.now();
      if (now >= Math.min(family.idleAt, family.endsAt))
        throw refused('refresh_token_expired', call.tenant, facts, subject);
      if (!isSameSecret(digestOf(secret), family.current)) {
        const successor = inGrace(family.replaced, secret, now, graceMs);
        if (successor !== undefined) {
          await prepare?.(grantOf(family));
          return { ...issued(id, successor, family), grant: grantOf(family) };
        }
        // Whoever made it up has nothing of the family, and must not be able to end it.
        if (!wasIssued(secret, family.key))
          throw refused('unknown_refresh_token', call.tenant, facts, subject);
        await revokeFamily(id);
        audit.note({ type: 'refresh_family.revoked', tenant: call.tenant, subject, facts });
        throw refused('refresh_token_reused', call.tenant, facts, subject);
      }
      await prepare?.(grantOf(family));
      const next = newSecret(family.key, randomBytes);
      const replaced =
        graceMs > 0
          ? { digest: digestOf(secret), at: now, successor: sealBy(secret, next, randomBytes) }
          : undefined;
      const renewed: Family = { ...family, current: digestOf(next), idleAt: now + idleMs, replaced };
      if ((await write(id, version, renewed)) !== undefined)
        return { ...issued(id, next, renewed), grant: grantOf(family) };
    }
  };

  return {
    async issue(grant) {
      const now = clock.now();
      const [id, key] = [randomToken(randomBytes, 16), randomToken(randomBytes, 16)];
      const secret = newSecret(key, randomBytes);
      const { tenant, subject, clientId, scopes, data } = grant;
      const generation = await generationOf(grant);
      const family: Family = {
        tenant,
        subject,
        clientId,
        scopes,
        data,
        generation,
        key,
        current: digestOf(secret),
        idleAt: now + idleMs,
        endsAt: now + lifetimeMs,
      };
      await write(id, undefined, family);
      return issued(id, secret, family);
    },
    rotate,
    async revoke(given, { tenant, clientId }) {
      const found = await find(typeof given === 'string' ? given : given.reveal());
      if (found === undefined || found.family.tenant !== tenant || found.family.clientId !== clientId) return;
      await revokeFamily(found.id);
      audit.note({
        type: 'refresh_family.revoked',
        tenant,
        subject: found.family.subject,
        facts: { familyId: found.id },
      });
    },
    async revokeSubject(tenant, subject) {
      await generations(tenant).increment(subject);
      audit.note({ type: 'refresh_families.revoked', tenant, subject });
    },
  };
}

function grantOf({ tenant, subject, clientId, scopes, data }: Family): RefreshGrant {
  return { tenant, subject, clientId, scopes, data };
}

function inGrace(
  replaced: Replaced | undefined,
  secret: string,
  now: number,
  graceMs: number,
): string | undefined {
  if (replaced === undefined || now - replaced.at >= graceMs) return undefined;
  return isSameSecret(digestOf(secret), replaced.digest) ? openBy(secret, replaced.successor) : undefined;
}
