export { ldapErrors } from './errors.ts';
export { ldap } from './ldap.ts';
export type {
  DirectoryEntry,
  DirectoryGroup,
  DirectorySearch,
  DirectoryUser,
  MembershipOptions,
  SearchScope,
  UserSearch,
} from './model.ts';
export { type LdapOptions, ldapOptions } from './options.ts';
export { type Schema, type SchemaAttributes, type SchemaName, schemas } from './schema.ts';
export { Dn, type DnPart, dn, rawDn } from './text/dn.ts';
export { and, Filter, type FilterPart, filter, not, or, rawFilter } from './text/filter.ts';
