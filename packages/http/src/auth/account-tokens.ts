/** Credentials of accounts that the application keeps elsewhere, such as the connections of `@im/auth`. */
import { type IntegrationContext, type ServiceKey, serviceKey, VendorError } from '@im/core';
import type { TokenSource } from './token-source.ts';

/** Whose credential is wanted. */
export interface WantedAccount {
  /** Id of the definition. */
  readonly provider: string;
  /** Name of the registration. */
  readonly integration: string;
  readonly tenant: string;
  /** The account by the application's id, from the options. */
  readonly account: string;
}

/** Gives the token source of an account. Called once for each instance; opens nothing. */
export type AccountTokens = (wanted: WantedAccount) => TokenSource;

/** Under which an application gives them: `createRegistry({ services: [provide(accountTokensKey, mine)] })`. */
export const accountTokensKey: ServiceKey<AccountTokens> = serviceKey('im.http.accountTokens');

/**
 * Tokens of an account that the options name. Where the application gave no {@link AccountTokens}, every call fails with `failed_precondition`
 * and says what to do.
 */
export function accountToken(
  context: Pick<IntegrationContext<unknown>, 'provider' | 'name' | 'tenant' | 'service'>,
  account: string,
): TokenSource {
  const give = context.service(accountTokensKey);
  if (give === undefined) {
    const missing = () => Promise.reject(notGiven());
    return { get: missing, refresh: missing };
  }
  const { provider, name: integration, tenant } = context;
  return give({ provider, integration, tenant, account });
}

function notGiven(): VendorError {
  return new VendorError({
    sent: false,
    code: 'failed_precondition',
    reason: 'no_account_tokens',
    says: 'no token: the options name a connected account, and the application gives no accounts (accountTokensKey)',
  });
}
