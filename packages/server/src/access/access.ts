/**
 * Who is calling: an API key or an access token (JWT), as `Authorization: Bearer`. A browser, which sends neither by
 * itself, may give the same as the password of HTTP Basic, with any user name.
 *
 * A key or token is of one tenant, or of the hub, and has roles. What is wrong with a credential is in the log; the caller
 * learns only that it was not accepted.
 */
import { type ApiKey, createApiKeys } from '@im/auth/api-keys';
import type { TokenVerifier, VerifiedToken } from '@im/auth/jwt';
import { createRoleBook, type RoleDefinition } from '@im/auth/rbac';
import {
  type Clock,
  IntegrationError,
  type Logger,
  type Secret,
  type StateStore,
  scopedState,
  systemClock,
} from '@im/core';
import { type Caller, callerWithRoles } from './caller.ts';
import { hubRoles } from './roles.ts';

/** Access by tokens of an issuer. */
export interface TokenAccess {
  /** By `createTokenVerifier` of `@im/auth/jwt`, without a `tenantClaim`: the hub reads the claim itself. */
  readonly verifier: TokenVerifier;
  /** Claim with the tenant's name; `*` is all tenants, and a token without it is refused. Default `tenant`. */
  readonly tenantClaim?: string | undefined;
  /** Claim with the roles, a list or a text with spaces between. Default `roles`. */
  readonly rolesClaim?: string | undefined;
}

/** How {@link createHubAccess} is made. */
export interface HubAccessOptions {
  /** Where keys are kept; shared by hubs that must agree. */
  readonly state: StateStore;
  /** In front of each key. Default `im_hub`. */
  readonly keyPrefix?: string | undefined;
  /** Default: keys alone. */
  readonly tokens?: TokenAccess | undefined;
  /** Roles beside viewer, operator and admin. */
  readonly roles?: Readonly<Record<string, RoleDefinition>> | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

/** What a key of the hub is to be. */
export interface NewHubKey {
  /** For people: where it is used. */
  readonly name: string;
  readonly roles: readonly string[];
  /** The only tenant it sees and touches. Default: all. */
  readonly tenant?: string | undefined;
  /** Instant at which it ends, milliseconds since 1970. Default: it does not. */
  readonly expiresAt?: number | undefined;
}

/** Who may call the hub. */
export interface HubAccess {
  /**
   * Whose request it is; nobody's when it brings no credential.
   *
   * @throws {@link IntegrationError} `unauthenticated`; `unavailable` when keys cannot be looked up
   */
  identify(headers: Pick<Headers, 'get'>): Promise<Caller | undefined>;
  /** Makes a key. It cannot be had again. @throws {@link IntegrationError} `invalid_argument` for a role that is not there */
  createKey(key: NewHubKey): Promise<{ readonly id: string; readonly key: Secret }>;
  /** Ends a key at once. @throws {@link IntegrationError} `not_found` */
  revokeKey(id: string): Promise<void>;
}

/** All keys are the hub's own in the store of keys; whose each is says its subject. */
const door = 'hub';
const ofTenant = 'tenant:';
const roleScope = 'role:';

/** Makes it. @throws {@link IntegrationError} `invalid_argument` for a prefix or roles that cannot be */
export function createHubAccess(options: HubAccessOptions): HubAccess {
  const { clock = systemClock, logger, keyPrefix: prefix = 'im_hub', tokens } = options;
  const book = createRoleBook({ ...hubRoles, ...options.roles });
  const keys = createApiKeys({ state: scopedState(options.state, 'hub'), prefix, clock, logger });

  const byKey = ({ id, subject = '', scopes }: ApiKey): Caller =>
    callerWithRoles(
      { subject: `key:${id}`, tenant: subject === door ? undefined : subject.slice(ofTenant.length) },
      scopes.map((scope) => scope.slice(roleScope.length)),
      { book, clock },
    );
  const byToken = (token: VerifiedToken): Caller => {
    const tenant = textOf(token.claims, tokens?.tenantClaim ?? 'tenant');
    if (tenant === undefined || tenant === '') throw refused('no_tenant');
    const roles = rolesOf(token.claims, tokens?.rolesClaim ?? 'roles');
    const who = { subject: `user:${token.subject}`, tenant: tenant === '*' ? undefined : tenant };
    return callerWithRoles(who, roles, { book, clock });
  };

  return {
    identify: async (headers) => {
      const credential = credentialOf(headers.get('authorization'));
      if (credential === undefined) return undefined;
      if (tokens !== undefined && !credential.startsWith(`${prefix}_`))
        return byToken(await tokens.verifier.verify(credential));
      return byKey(await keys.verify(credential, { tenant: door }));
    },
    createKey: async ({ name, roles, tenant, expiresAt }) => {
      const unknown = roles.filter((role) => !book.definitions.has(role));
      if (unknown.length > 0 || roles.length === 0)
        throw new IntegrationError(`this key cannot be: ${unknown.join(', ') || 'it has no role'}`, {
          code: 'invalid_argument',
          remedy: `name some of ${[...book.definitions.keys()].join(', ')}`,
        });
      const { key, record } = await keys.create(door, {
        name,
        expiresAt,
        scopes: roles.map((role) => `${roleScope}${role}`),
        subject: tenant === undefined ? door : `${ofTenant}${tenant}`,
      });
      return { id: record.id, key };
    },
    revokeKey: async (id) => {
      await keys.revoke(door, id);
    },
  };
}

/** The credential of an `Authorization` header; empty where it is of another kind, and so accepted by nobody. */
function credentialOf(header: string | null | undefined): string | undefined {
  if (header == null || header === '') return undefined;
  const [scheme = '', value = '', ...rest] = header.split(' ');
  if (rest.length > 0) return '';
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return '';
  const pair = Buffer.from(value, 'base64').toString();
  return pair.slice(pair.indexOf(':') + 1);
}

function textOf(claims: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function rolesOf(claims: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (typeof value === 'string') return value.split(' ');
  return Array.isArray(value) ? value.filter((role) => typeof role === 'string') : [];
}

function refused(reason: string): IntegrationError {
  return new IntegrationError('the token was not accepted', {
    code: 'unauthenticated',
    reason,
    remedy: 'sign in again',
  });
}
