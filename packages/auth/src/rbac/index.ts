export { createAccessControl } from './access.ts';
export type {
  AccessControl,
  AccessControlOptions,
  AccessView,
  ChangeCall,
  TenantAccess,
} from './access.types.ts';
export type { Attribute, Attributes, Condition, Operand, Subject } from './conditions.ts';
export {
  type Assignment,
  type Considered,
  decide,
  type Explanation,
  explain,
  type Question,
} from './decide.ts';
export { createRoleBook, type Grant, type RoleBook, type RoleDefinition } from './roles.ts';
