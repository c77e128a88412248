/**
 * One person behind several logins. A login is `(issuer, subject)`, to the letter; an address or a name is no login, since both change hands.
 *
 * A person is a record; a login, a `userName` and a verified address are claims on it: a key each, taken by compare-and-set, so that no two
 * people ever have the same. A claim is taken before the record says so and let go after it does not: a crash between the two leaves a claim that
 * points at a person who does not have it, and after a minute such a claim is void.
 */
import { randomUUID } from 'node:crypto';
import {
  type Clock,
  deleteJson,
  IntegrationError,
  isIntegrationError,
  type StateStore,
  scopedState,
  systemClock,
} from '@im/core';
import { type AuditOptions, createAudit } from '../common/audit.ts';
import { createMembers } from '../common/members.ts';
import type { ExternalIdentity } from '../common/principal.ts';
import { type Claim, createClaims, emailClaim, loginClaim, userNameClaim } from './claims.ts';
import type { People, Person, PersonChange, TenantPeople } from './people.types.ts';
import { changed, checked, claimsOf, isSameAddress, toLogin, without } from './record.ts';

/** Settings. `onEvent` is told `person.created`, `.signed_in`, `.refused`, `.linked`, `.unlinked`, `.updated` and `.deleted`. */
export interface PeopleOptions extends AuditOptions {
  readonly state: StateStore;
  readonly clock?: Clock | undefined;
}

/** Makes it. */
export function createPeople(options: PeopleOptions): People {
  return { tenant: (id) => tenantPeople(options, id) };
}

function tenantPeople(options: PeopleOptions, tenant: string): TenantPeople {
  const { clock = systemClock } = options;
  const state = scopedState(options.state, 'people', tenant);
  const audit = createAudit(options);
  const members = createMembers(state);

  const get = async (id: string): Promise<Person | undefined> => {
    const found = await state.get(keyOf(id));
    return found && (JSON.parse(found.value) as Person);
  };
  const claims = createClaims(state, clock, get);
  const note = (type: string, subject: string, facts = {}) =>
    audit.note({ type: `person.${type}`, tenant, subject, facts });
  const refuse = (reason: string, says: string, subject?: string, issuer?: string) =>
    audit.refuse({
      type: 'person.refused',
      tenant,
      code: 'permission_denied',
      reason,
      says,
      subject,
      facts: { issuer },
      remedy: 'ask an administrator of this account',
    });
  const checkTenant = (identity: ExternalIdentity) => {
    if (identity.tenant !== tenant)
      throw refuse('other_tenant', 'this sign-in is for another account', undefined, identity.issuer);
  };

  /** Takes what the new record claims, writes it at the version that was read, lets go what it does not claim any more. */
  const write = async (id: string, change: (old: Person) => Person): Promise<Person> => {
    const taken: Claim[] = [];
    for (;;) {
      const found = await state.get(keyOf(id));
      if (found === undefined) throw notFound(tenant);
      const old = JSON.parse(found.value) as Person;
      let next: Person;
      try {
        next = checked({ ...change(old), updatedAt: clock.now() });
      } catch (error) {
        await claims.letGo(id, taken, claimsOf(old));
        throw error;
      }
      taken.push(...(await claims.take(id, claimsOf(next))));
      const version = await state.compareAndSet(keyOf(id), found.version, JSON.stringify(next));
      if (version === undefined) continue;
      await claims.letGo(id, [...claimsOf(old), ...taken], claimsOf(next));
      return next;
    }
  };

  const create = async (change: PersonChange, identities: readonly ExternalIdentity[]): Promise<Person> => {
    const now = clock.now();
    const logins = identities.map((identity) => toLogin(identity, now));
    const blank = {
      id: randomUUID(),
      tenant,
      active: true,
      emailVerified: false,
      createdAt: now,
      updatedAt: now,
    };
    const person = checked(changed({ ...blank, logins }, change));
    // Written before its claims: they are void until somebody has them.
    await state.set(keyOf(person.id), JSON.stringify(person));
    try {
      await claims.take(person.id, claimsOf(person));
    } catch (error) {
      await state.delete(keyOf(person.id));
      throw error;
    }
    await members.add(person.id);
    note('created', person.id, { logins: logins.length });
    return person;
  };

  return {
    get,
    signIn: async (identity, policy = {}) => {
      checkTenant(identity);
      const { issuer, method } = identity;
      const byLogin = await claims.find(loginClaim(identity));
      const isTrusted = policy.matchVerifiedEmail === true && identity.emailVerified === true;
      const byEmail =
        byLogin === undefined && isTrusted && identity.email !== undefined
          ? await claims.find(emailClaim(identity.email))
          : undefined;
      if (byEmail !== undefined && !isSameAddress(identity.email ?? '', byEmail.email))
        throw refuse('look_alike_address', 'this account does not know you', byEmail.id, issuer);
      const known = byLogin ?? byEmail;
      if (known === undefined && policy.create !== true)
        throw refuse('not_provisioned', 'this account does not know you', undefined, issuer);
      if (known !== undefined && !known.active)
        throw refuse('deactivated', 'this person may not sign in', known.id, issuer);
      const how = byLogin !== undefined ? 'known' : byEmail !== undefined ? 'matched' : 'created';
      const told: PersonChange = {
        ...(identity.name !== undefined && { name: identity.name }),
        ...(identity.email !== undefined && {
          email: identity.email,
          emailVerified: identity.emailVerified === true && policy.matchVerifiedEmail === true,
        }),
      };
      const person =
        known === undefined
          ? await create(told, [identity]).catch((error: unknown) => besides(error, identity))
          : await refresh(known, told, how === 'matched' ? identity : undefined);
      if (how === 'matched') note('linked', person.id, { issuer });
      note('signed_in', person.id, { issuer, method, how });
      return { person, how };
    },
    create: (change, identities = []) => {
      for (const identity of identities) checkTenant(identity);
      return create(change, identities);
    },
    findByUserName: (userName) => claims.find(userNameClaim(userName)),
    findByLogin: (login) => claims.find(loginClaim(login)),
    list: async () => {
      const found = await Promise.all((await members.list()).map(get));
      return found.filter((person) => person !== undefined);
    },
    update: async (id, change) => {
      const person = await write(id, (old) =>
        changed(old, typeof change === 'function' ? change(old) : change),
      );
      note('updated', id, { active: person.active });
      return person;
    },
    link: async (id, identity) => {
      checkTenant(identity);
      const login = toLogin(identity, clock.now());
      const person = await write(id, (old) => ({ ...old, logins: [...without(old.logins, login), login] }));
      note('linked', id, { issuer: identity.issuer });
      return person;
    },
    unlink: async (id, login) => {
      const person = await write(id, (old) => {
        const logins = without(old.logins, login);
        if (logins.length === 0 && old.logins.length > 0)
          throw new IntegrationError('the last login cannot be taken away: nobody could sign in by it', {
            code: 'failed_precondition',
            reason: 'last_login',
            tenant,
            remedy: 'link another one first',
          });
        return { ...old, logins };
      });
      note('unlinked', id, { issuer: login.issuer });
      return person;
    },
    delete: async (id, check) => {
      const person = await deleteJson<Person>(state, keyOf(id), check);
      if (person === undefined) return false;
      await claims.letGo(id, claimsOf(person), []);
      await members.remove(id);
      note('deleted', id);
      return true;
    },
  };

  /** Who signs in twice at the same time is made once. */
  async function besides(error: unknown, identity: ExternalIdentity): Promise<Person> {
    const other = isTaken(error) ? await claims.find(loginClaim(identity)) : undefined;
    if (other === undefined) throw error;
    return other;
  }

  /** What the login says now. A verified address that is somebody else's is not taken over, and stops nobody from signing in. */
  async function refresh(person: Person, told: PersonChange, identity?: ExternalIdentity): Promise<Person> {
    const login = identity && toLogin(identity, clock.now());
    const next = (old: Person, change: PersonChange): Person => ({
      ...changed(old, change),
      ...(login && { logins: [...without(old.logins, login), login] }),
    });
    const isSame = JSON.stringify(next(person, told)) === JSON.stringify(person);
    if (isSame) return person;
    try {
      return await write(person.id, (old) => next(old, told));
    } catch (error) {
      if (!(error instanceof IntegrationError && error.reason === 'taken') || told.email === undefined)
        throw error;
      const { email: _email, emailVerified: _verified, ...rest } = told;
      return write(person.id, (old) => next(old, rest));
    }
  }
}

const keyOf = (id: string) => `person/${id}`;

function isTaken(error: unknown): boolean {
  return isIntegrationError(error) && error.reason === 'taken';
}

function notFound(tenant: string): IntegrationError {
  return new IntegrationError('there is no such person', {
    code: 'not_found',
    tenant,
    remedy: 'list the people of this tenant',
  });
}
