/** Options for the clients that Google generates (`@google-cloud/kms` and its like), which all take the same. */
import { createGoogleAuth, type GoogleContext } from './auth.ts';
import { createAuthClient } from './library-token.ts';
import type { GoogleOptions } from './options.ts';

/** A generated client's class, as far as we look at it. */
interface GeneratedClient {
  readonly prototype: object;
}

/**
 * Options that give a generated client our credentials, project and endpoint, with its own retries off. Opens nothing. An
 * endpoint without TLS, such as a fake's, is talked to by REST; all others by gRPC, as the client does by itself.
 *
 * @param services the client's class by the name of its gRPC service, `google.cloud.kms.v1.KeyManagementService`; several where one
 * client stands on several
 */
export function generatedClientOptions(
  context: GoogleContext,
  services: Readonly<Record<string, GeneratedClient>>,
) {
  const { options } = context;
  const interfaces = Object.entries(services).map(
    ([service, client]) => [service, withoutRetries(client)] as const,
  );
  return {
    authClient: createAuthClient(createGoogleAuth(context).token, options),
    universeDomain: options.universeDomain,
    clientConfig: { interfaces: Object.fromEntries(interfaces) },
    ...(options.projectId && { projectId: options.projectId }),
    ...endpointOf(options),
  };
}

/** How `clientConfig` of a generated client switches retries off: method by method. */
function withoutRetries({ prototype }: GeneratedClient) {
  const methods = Object.getOwnPropertyNames(prototype)
    .filter((name) => name !== 'constructor')
    .map((name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`);
  const none = { retry_codes_name: 'none', retry_params_name: 'none' };
  const delays = {
    initial_retry_delay_millis: 100,
    retry_delay_multiplier: 1.3,
    max_retry_delay_millis: 60_000,
    initial_rpc_timeout_millis: 60_000,
    rpc_timeout_multiplier: 1,
    max_rpc_timeout_millis: 60_000,
    total_timeout_millis: 600_000,
  };
  return {
    retry_codes: { none: [] },
    retry_params: { none: delays },
    methods: Object.fromEntries(methods.map((name) => [name, none])),
  };
}

function endpointOf({ baseUrl }: GoogleOptions) {
  if (baseUrl === undefined) return {};
  const { protocol, hostname, port } = new URL(baseUrl);
  const isPlain = protocol === 'http:';
  return {
    apiEndpoint: hostname,
    port: port === '' ? (isPlain ? 80 : 443) : Number(port),
    ...(isPlain && { fallback: true, protocol: 'http' }),
  };
}
