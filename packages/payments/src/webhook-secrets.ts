import { IntegrationError, type Secret } from '@im/core';

/**
 * The secrets of a webhook endpoint, of which there must be one: without any, nothing can be believed.
 *
 * @throws {@link IntegrationError} `failed_precondition` with the reason `no_secret`
 */
export function needWebhookSecrets<One = Secret>(secrets: readonly One[] | undefined): readonly One[] {
  if (secrets !== undefined && secrets.length > 0) return secrets;
  throw new IntegrationError('no webhook secret is set, so nothing can be believed', {
    code: 'failed_precondition',
    effect: 'none',
    reason: 'no_secret',
    remedy: 'set the secret of this endpoint',
  });
}
