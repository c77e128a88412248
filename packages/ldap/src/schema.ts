/** What attributes are called, and how membership is told: by kind of directory. */
import type { Filter } from './text/filter.ts';
import { rawFilter } from './text/filter.ts';

/** Kinds of directories that are known by name. */
export type SchemaName = 'openldap' | 'active-directory';

/** Names of attributes, in the directory's spelling. */
export interface SchemaAttributes {
  /** By what people sign in. */
  readonly login: string;
  /** An id that is never given to another entry. */
  readonly id: string;
  readonly email: string;
  /** For display. */
  readonly name: string;
  /** Of a person or group: the groups it is in. Empty: the directory does not tell, so groups are searched by `member`. */
  readonly memberOf: string;
  /** Of a group: who is in it, by DN. */
  readonly member: string;
  readonly groupName: string;
}

/** How one kind of directory works. */
export interface Schema {
  readonly attributes: SchemaAttributes;
  /** Which entries are people. */
  readonly userFilter: string;
  /** Which entries are groups. */
  readonly groupFilter: string;
  /** `in-chain`: the directory follows nested groups itself; `walk`: one search for each level. */
  readonly nesting: 'in-chain' | 'walk';
  /** How a new password is written. */
  readonly password: 'extended-operation' | 'unicodePwd';
}

/**
 * The presets. `entryUUID` is RFC 4530; `memberOf` comes from OpenLDAP's overlay of that name; the matching rule for nested groups is
 * LDAP_MATCHING_RULE_IN_CHAIN.
 *
 * @see {@link https://learn.microsoft.com/windows/win32/adsi/search-filter-syntax | Microsoft: Search Filter Syntax}
 */
export const schemas: Readonly<Record<SchemaName, Schema>> = {
  openldap: {
    attributes: {
      login: 'uid',
      id: 'entryUUID',
      email: 'mail',
      name: 'cn',
      memberOf: 'memberOf',
      member: 'member',
      groupName: 'cn',
    },
    userFilter: '(objectClass=inetOrgPerson)',
    groupFilter: '(objectClass=groupOfNames)',
    nesting: 'walk',
    password: 'extended-operation',
  },
  'active-directory': {
    attributes: {
      login: 'sAMAccountName',
      id: 'objectGUID',
      email: 'mail',
      name: 'displayName',
      memberOf: 'memberOf',
      member: 'member',
      groupName: 'cn',
    },
    userFilter: '(&(objectCategory=person)(objectClass=user))',
    groupFilter: '(objectCategory=group)',
    nesting: 'in-chain',
    password: 'unicodePwd',
  },
};

/** LDAP_MATCHING_RULE_IN_CHAIN: follows `member` and `memberOf` through every level. */
export const inChain = '1.2.840.113556.1.4.1941';

/** A schema ready for use: a preset with what the options say on top. */
export interface ReadySchema extends Omit<Schema, 'userFilter' | 'groupFilter'> {
  readonly userFilter: Filter;
  readonly groupFilter: Filter;
}

/** What options may say of the schema. */
export interface SchemaChoice {
  readonly schema: SchemaName;
  readonly attributes: { readonly [Name in keyof SchemaAttributes]?: string | undefined };
  readonly userFilter?: string | undefined;
  readonly groupFilter?: string | undefined;
}

/** Joins preset and options. */
export function readySchema({ schema, attributes, userFilter, groupFilter }: SchemaChoice): ReadySchema {
  const preset = schemas[schema];
  const own = Object.fromEntries(Object.entries(attributes).filter(([, name]) => name !== undefined));
  return {
    ...preset,
    attributes: { ...preset.attributes, ...own },
    userFilter: rawFilter(userFilter ?? preset.userFilter),
    groupFilter: rawFilter(groupFilter ?? preset.groupFilter),
  };
}
