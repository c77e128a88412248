export { ldapErrors } from './errors.ts';
export { ldap } from './ldap.ts';
export { type LdapOptions, ldapOptions } from './options.ts';
export type { Item } from './wire.ts';
