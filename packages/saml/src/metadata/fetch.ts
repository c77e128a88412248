/** Fetches a document of metadata: from a public host by https, within a size and a time, following nothing. */
import { type Clock, isIntegrationError, type Provided, unlessAborted, VendorError } from '@im/core';
import { createEgressGuard, readBytes, sharedTransport, type Transport, transportKey } from '@im/http';
import { Refused, require } from '../refusals.ts';
import { decodeUtf8, mostCharacters } from '../xml/strict.ts';

/** How it is fetched. */
export interface FetchSettings {
  readonly clock: Clock;
  readonly services: readonly Provided[];
  readonly timeoutMs: number;
}

/** @throws Refused `metadata_unreachable`, naming why in the log's words; `metadata_refused` for an address that may not be asked */
export async function fetchMetadata(
  address: string,
  allowInternal: boolean,
  { clock, services, timeoutMs }: FetchSettings,
): Promise<string> {
  require(URL.canParse(address), 'metadata_refused', 'url');
  const url = new URL(address);
  const guard = createEgressGuard({ allow: [url.hostname], onPurpose: allowInternal ? [url] : [] });
  const given = services.find(({ name }) => name === transportKey.name)?.service as Transport | undefined;
  const timeout = new AbortController();
  const cancel = clock.schedule(timeoutMs, () =>
    timeout.abort(new Refused('metadata_unreachable', 'it took too long')),
  );
  const { signal } = timeout;
  try {
    guard.url(url);
    const request = {
      method: 'GET',
      url,
      headers: { accept: 'application/samlmetadata+xml, application/xml' },
      signal,
      guard,
      redirect: 'manual',
    } as const;
    await using response = await unlessAborted((given ?? sharedTransport)(request), signal);
    require(response.status === 200, 'metadata_unreachable', `it answered with status ${response.status}`);
    return decodeUtf8(await unlessAborted(readBytes(response, mostCharacters), signal));
  } catch (error) {
    throw toRefused(error);
  } finally {
    cancel();
  }
}

function toRefused(error: unknown): unknown {
  if (error instanceof Refused || isIntegrationError(error)) return error;
  if (!(error instanceof VendorError))
    return new Refused('metadata_unreachable', 'the request failed', { cause: error });
  const { reason, says } = error.failure;
  const isPolicy = reason === 'egress_refused';
  return new Refused(isPolicy ? 'metadata_refused' : 'metadata_unreachable', says ?? reason, {
    cause: error,
  });
}
