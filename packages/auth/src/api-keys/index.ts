export { createApiKeys } from './api-keys.ts';
export type {
  ApiKey,
  ApiKeyNeeds,
  ApiKeys,
  ApiKeysOptions,
  CreatedApiKey,
  NewApiKey,
  PurgeOptions,
} from './api-keys.types.ts';
export { hasScope } from './verification.ts';
