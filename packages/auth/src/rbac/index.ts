export {
  type AccessControl,
  type AccessControlOptions,
  type AccessView,
  type ChangeCall,
  createAccessControl,
  type TenantAccess,
} from './access.ts';
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
