export {
  type ApiKey,
  type ApiKeyNeeds,
  type ApiKeys,
  type ApiKeysOptions,
  type CreatedApiKey,
  createApiKeys,
  hasScope,
  type NewApiKey,
} from './api-keys.ts';
