export type { ExternalIdentity, SignInMethod } from '../common/principal.ts';
export { createPasswords, type Passwords, type PasswordsOptions, type TenantPasswords } from './passwords.ts';
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
