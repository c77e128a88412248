/** People: finding them, and whether somebody is who they say. */
import type { ExternalIdentity } from '@im/auth/identity';
import { type Call, type Logger, type Page, VendorError } from '@im/core';
import type { Directory, Query } from '../connection/directory.ts';
import { idOf, textOf, textsOf } from '../entry.ts';
import type { DirectoryEntry, DirectoryUser, UserSearch } from '../model.ts';
import type { CheckedOptions } from '../options.ts';
import type { ReadySchema } from '../schema.ts';
import { dn, rawDn } from '../text/dn.ts';
import { and, filter } from '../text/filter.ts';
import type { Groups } from './membership.ts';
import type { Paging } from './paging.ts';

/** What people are found with. */
export interface PeopleSettings {
  readonly directory: Directory;
  readonly options: CheckedOptions;
  readonly schema: ReadySchema;
  readonly paging: Paging;
  readonly groups: Groups;
  readonly tenant: string;
  readonly logger: Logger;
  readonly now: () => number;
  /** A text that nobody can foretell. */
  readonly newId: () => string;
}

/** Longer names are nobody's, and cost the directory. */
const longestLogin = 256;

/**
 * Refusals that are told as they are. All others look alike, so that nobody learns who has an account: Active Directory gives these only to
 * whoever has the right password. A locked account is not among them, since it is locked for everybody who knocks.
 */
const toldReasons =
  /^(ad_(password_expired|password_must_change|account_disabled|account_expired|logon_hours|workstation)|policy_password_(expired|must_change))$/;

/** Refusals by a bind that are no fault of the directory's. */
const refusals = /^(invalidCredentials|ad_|policy_)/;

/** Failures of a connection rather than an answer. */
const unanswered = /^(connect|unknown_host|bind_unanswered|tls_|certificate_|start_tls_|not_ldap|message_)/;

/** See the head of this file. */
export class People {
  readonly #settings: PeopleSettings;
  readonly #query: Omit<Query, 'filter'>;
  /** Attributes that identities carry. */
  readonly #claims: readonly string[];

  constructor(settings: PeopleSettings) {
    const { options, schema } = settings;
    const { login, id, email, name, memberOf } = schema.attributes;
    this.#settings = settings;
    this.#claims = [...new Set([login, id, email, name, ...options.claims])];
    this.#query = {
      base: rawDn(options.userBaseDn ?? options.baseDn),
      scope: 'sub',
      attributes: memberOf === '' ? this.#claims : [...this.#claims, memberOf],
    };
  }

  /** The person of this login name. @throws `no_such_user`, `ambiguous_user` */
  async find(user: string, call: Call): Promise<DirectoryUser> {
    const [entry, second] = isUsable(user) ? await this.#byLogin(user, call) : [];
    if (entry === undefined) throw refused('no_such_user');
    if (second !== undefined) throw refused('ambiguous_user');
    return this.#toUser(entry);
  }

  /** A page of people. */
  async search(search: UserSearch | undefined, call: Call): Promise<Page<DirectoryUser>> {
    const { userFilter } = this.#settings.schema;
    const wanted = search?.filter;
    const query: Query = {
      ...this.#query,
      attributes: [...this.#query.attributes, ...(search?.attributes ?? [])],
      filter: wanted === undefined ? userFilter : and(userFilter, wanted),
    };
    const page = await this.#settings.paging.page(query, call);
    return { ...page, items: page.items.map((entry) => this.#toUser(entry)) };
  }

  /** Finds the entry by the name given, then binds as it. @throws what `authenticate` says */
  async authenticate(user: string, password: string, call: Call): Promise<ExternalIdentity> {
    if (password === '') throw this.#refuse('empty_password');
    if (!isUsable(user)) throw this.#refuse('unusable_name');
    const [entry, second] = await this.#byLogin(user, call);
    if (entry === undefined) return this.#pretend('no_such_user', call);
    if (second !== undefined) return this.#pretend('ambiguous_user', call);
    await this.#checkPassword(entry, password, call);
    return this.#toIdentity(entry, call);
  }

  #byLogin(user: string, call: Call): Promise<readonly DirectoryEntry[]> {
    const { directory, schema } = this.#settings;
    const wanted = and(schema.userFilter, filter`(${schema.attributes.login}=${user})`);
    return directory.find({ ...this.#query, filter: wanted }, 2, call);
  }

  async #checkPassword(entry: DirectoryEntry, password: string, call: Call): Promise<void> {
    try {
      await this.#settings.directory.signIn(entry.dn, password, call);
    } catch (error) {
      const reason = reasonOf(error);
      if (!refusals.test(reason)) throw error;
      const refusal = this.#refuse(reason, entry);
      throw toldReasons.test(reason) ? error : refusal;
    }
  }

  /** As many questions to the directory as for somebody who is there, so that the time tells nothing. */
  async #pretend(reason: string, call: Call): Promise<never> {
    const { directory, newId } = this.#settings;
    const nobody = dn`cn=${newId()},${this.#query.base}`;
    await directory.signIn(nobody, newId(), call).catch((error: unknown) => {
      if (!(error instanceof VendorError) || unanswered.test(reasonOf(error))) throw error;
    });
    throw this.#refuse(reason);
  }

  /** One refusal for all: what it was stands in the log. */
  #refuse(reason: string, whom?: DirectoryEntry): VendorError {
    this.#settings.logger.warn('ldap: sign-in refused', {
      tenant: this.#settings.tenant,
      reason,
      dn: whom?.dn.text,
    });
    return refused('invalidCredentials');
  }

  async #toIdentity(entry: DirectoryEntry, call: Call): Promise<ExternalIdentity> {
    const { options, schema, groups, tenant, now } = this.#settings;
    const authenticatedAt = now();
    const { id, email, name } = this.#toUser(entry);
    const memberOf = textsOf(entry, schema.attributes.memberOf);
    const found = await groups.of(entry.dn, options.nestedGroups, call, memberOf);
    const claims = Object.fromEntries(
      this.#claims.map((attribute) => [attribute, textsOf(entry, attribute)]),
    );
    return {
      issuer: options.issuer ?? `ldap:///${options.baseDn}`,
      subject: id,
      tenant,
      email,
      name,
      groups: found.map((group) => group.name),
      claims: { ...claims, dn: entry.dn.text, groups: found.map((group) => group.dn.text) },
      authenticatedAt,
      method: 'ldap',
      amr: ['pwd'],
    };
  }

  #toUser(entry: DirectoryEntry): DirectoryUser {
    const { login, id, email, name } = this.#settings.schema.attributes;
    const found = idOf(entry, id);
    if (found === undefined || found === '') throw refused('no_stable_id');
    return {
      dn: entry.dn,
      id: found,
      login: textOf(entry, login) ?? '',
      email: textOf(entry, email),
      name: textOf(entry, name),
      entry,
    };
  }
}

function isUsable(user: string): boolean {
  return user.trim() !== '' && user.length <= longestLogin;
}

function reasonOf(error: unknown): string {
  return error instanceof VendorError ? (error.failure.reason ?? '') : '';
}

function refused(reason: string): VendorError {
  return new VendorError({ reason, sent: true });
}
