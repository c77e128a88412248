/** Who people are to the application, and by which logins they come. */
import type { IntegrationError } from '@im/core';
import type { ExternalIdentity, SignInMethod } from '../common/principal.ts';

/** One way by which somebody signs in. */
export interface Login {
  readonly issuer: string;
  readonly subject: string;
  readonly method: SignInMethod;
  /** Milliseconds since 1970, as are all instants. */
  readonly linkedAt: number;
}

/** One person, in one tenant. */
export interface Person {
  /** The application's own; never changes, never given to another. */
  readonly id: string;
  readonly tenant: string;
  /** Somebody who is not active cannot sign in, and keeps everything. */
  readonly active: boolean;
  /** What a directory calls the person, unique in the tenant: SCIM's `userName`. */
  readonly userName?: string | undefined;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  /** Whether an issuer that is trusted with it checked the address. */
  readonly emailVerified: boolean;
  readonly logins: readonly Login[];
  readonly createdAt: number;
  readonly updatedAt: number;
  /** What a directory said beyond that (SCIM), as it said it. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

/** What can be set of a person. `null` takes it out. */
export interface PersonChange {
  readonly active?: boolean | undefined;
  readonly userName?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly emailVerified?: boolean | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

/** What to do with somebody who comes by a login that nobody has. */
export interface ProvisioningPolicy {
  /** Whether a person is made of it. Default false: somebody has to be invited, or come by SCIM, first. */
  readonly create?: boolean | undefined;
  /**
   * Whether a login belongs to the person who has its address already. Only for issuers that own the addresses they vouch for, such as the
   * tenant's own directory: whoever can put a stranger's address into an account at this issuer becomes that person. Default false.
   */
  readonly matchVerifiedEmail?: boolean | undefined;
}

/** Who signed in. */
export interface KnownPerson {
  readonly person: Person;
  /** `known`: by a login that was linked; `matched`: linked now, by address; `created`: made now. */
  readonly how: 'known' | 'matched' | 'created';
}

/** People of one tenant. */
export interface TenantPeople {
  /**
   * Finds out who it is. Name and address are taken over from the login.
   *
   * @throws {@link IntegrationError} `permission_denied`, reason `deactivated`, `not_provisioned`, `other_tenant` or
   * `look_alike_address`: it reads like an address that somebody has, and is another one
   */
  signIn(identity: ExternalIdentity, policy?: ProvisioningPolicy): Promise<KnownPerson>;
  /** @throws {@link IntegrationError} `already_exists` where the `userName` or a login is taken */
  create(change: PersonChange, logins?: readonly ExternalIdentity[]): Promise<Person>;
  get(id: string): Promise<Person | undefined>;
  /** By `userName`; case does not count. */
  findByUserName(userName: string): Promise<Person | undefined>;
  findByLogin(login: Pick<Login, 'issuer' | 'subject'>): Promise<Person | undefined>;
  /** Everybody, by id. */
  list(): Promise<readonly Person[]>;
  /**
   * Changes a record. A function is given the record as it stands, perhaps more than once: what it throws passes, and nothing is changed.
   *
   * @throws {@link IntegrationError} `not_found`; `already_exists` where the `userName` is taken; `invalid_argument` for a record over 64 KiB, and for
   * `emailVerified: true` without the address that it is about
   */
  update(id: string, change: PersonChange | ((person: Person) => PersonChange)): Promise<Person>;
  /**
   * Links another login, which the person has shown while signed in.
   *
   * @throws {@link IntegrationError} `already_exists` where it is somebody's
   */
  link(id: string, identity: ExternalIdentity): Promise<Person>;
  /** @throws {@link IntegrationError} `failed_precondition` for the last one */
  unlink(id: string, login: Pick<Login, 'issuer' | 'subject'>): Promise<Person>;
  /**
   * Takes the person and all logins away. `check` is given the record as it stands, perhaps more than once: what it throws passes, and nothing is
   * deleted; what it saw is what is deleted.
   *
   * @returns whether there was one
   */
  delete(id: string, check?: (person: Person) => void): Promise<boolean>;
}

/** People of all tenants. */
export interface People {
  tenant(id: string): TenantPeople;
}
