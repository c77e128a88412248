/** The bind that searches are made as, with which every connection of the pool begins. */
import { VendorError } from '@im/core';
import type { CheckedOptions } from '../options.ts';
import { askToBind, type Credentials, checkBind } from './bind.ts';
import type { Connection } from './connection.ts';

/** @throws `VendorError` `service_credentials` when the directory does not take them: it is not the caller who can do something */
export async function bindService(
  connection: Connection,
  options: CheckedOptions,
  signal: AbortSignal,
): Promise<void> {
  const credentials = serviceCredentials(options);
  if (credentials === undefined) return;
  const answer = await askToBind(connection, credentials, { signal });
  try {
    checkBind(answer);
  } catch (error) {
    // Whatever the policy says of it: expired, locked.
    const isRefusal =
      error instanceof VendorError && /^(invalidCredentials|ad_|policy_)/.test(error.failure.reason ?? '');
    throw isRefusal ? new VendorError({ ...error.failure, reason: 'service_credentials' }) : error;
  }
}

/** Whom searches are made as; `undefined`: anonymously. */
function serviceCredentials(options: CheckedOptions): Credentials | undefined {
  const { bindDn, bindName, bindPassword, clientCertificate } = options;
  const password = bindPassword?.reveal() ?? '';
  if (bindDn !== undefined) return { dn: bindDn, password };
  if (bindName !== undefined) return { mechanism: 'PLAIN', name: bindName, password };
  return clientCertificate === undefined ? undefined : { mechanism: 'EXTERNAL' };
}
