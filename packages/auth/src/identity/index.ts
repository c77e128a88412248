export type { ExternalIdentity, SignInMethod } from '../common/principal.ts';
export {
  createGroups,
  type Group,
  type GroupChange,
  type Groups,
  type GroupsOptions,
  type TenantGroups,
} from './groups.ts';
export {
  createPasswords,
  type PasswordCall,
  type Passwords,
  type PasswordsOptions,
  type TenantPasswords,
} from './passwords.ts';
export { createPeople, type PeopleOptions } from './people.ts';
export type {
  KnownPerson,
  Login,
  People,
  Person,
  PersonChange,
  ProvisioningPolicy,
  TenantPeople,
} from './people.types.ts';
export { createScimHandler, type ScimOptions } from './scim/handler.ts';
