/** Authorization on a device without a browser (RFC 8628). */
import { IntegrationError, isIntegrationError, sleep } from '@im/core';
import type { DeviceAuthorization, ScopedCall } from './client.ts';
import type { Exchanger } from './exchange.ts';
import { requestGrant, scopeParameter } from './grants.ts';

/** Seconds between two questions, where the server says nothing, and how many are added when it is asked too often (§3.5). */
const intervalSeconds = 5;

export async function startDevice(
  exchanger: Exchanger,
  { scopes = [], ...call }: ScopedCall,
): Promise<DeviceAuthorization> {
  const { clock, options } = exchanger;
  const wanted = scopeParameter(scopes, options.provider);
  const begun = await exchanger.run(
    { ...call, operation: 'startDevice' },
    async ({ oauth, server, client, authentication, how }) =>
      oauth.processDeviceAuthorizationResponse(
        server,
        client,
        await oauth.deviceAuthorizationRequest(server, client, authentication, wanted, how),
      ),
  );
  const expiresAt = clock.now() + begun.expires_in * 1_000;

  const complete: DeviceAuthorization['complete'] = async (completing = {}) => {
    let seconds = begun.interval ?? intervalSeconds;
    while (clock.now() < expiresAt) {
      await sleep(clock, seconds * 1_000, completing.signal);
      try {
        return await requestGrant(
          exchanger,
          { ...completing, operation: 'completeDevice' },
          scopes,
          async ({ oauth, server, client, authentication, how }) =>
            oauth.processDeviceCodeResponse(
              server,
              client,
              await oauth.deviceCodeGrantRequest(server, client, authentication, begun.device_code, how),
            ),
        );
      } catch (error) {
        const reason = isIntegrationError(error) ? error.reason : undefined;
        if (reason === 'slow_down') seconds += intervalSeconds;
        else if (reason !== 'authorization_pending') throw error;
      }
    }
    throw new IntegrationError('the code was not entered in time', {
      provider: options.provider.id,
      operation: 'completeDevice',
      code: 'deadline_exceeded',
      reason: 'expired_token',
      remedy: 'begin again',
    });
  };
  return {
    userCode: begun.user_code,
    verificationUri: begun.verification_uri,
    verificationUriComplete: begun.verification_uri_complete,
    expiresAt,
    complete,
  };
}
