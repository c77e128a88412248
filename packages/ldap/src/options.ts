import { secret } from '@im/core';
import { z } from 'zod';

/** Options of `@im/ldap`. */
export const ldapOptions = z.strictObject({
  apiKey: secret().describe('API key of the account'),
  baseUrl: z.url().default('https://api.ldap.com/v1/').describe('base URL of the API'),
});

/** Options as an application writes them. */
export type LdapOptions = z.input<typeof ldapOptions>;
