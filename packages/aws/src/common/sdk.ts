/**
 * Clients of AWS's SDK that work under this integration: its region, endpoint, credentials, clock, transport and egress
 * control; no retries, no logging and no configuration files of their own. Core repeats what is safe to repeat.
 */

import { type Call, type IntegrationContext, VendorError } from '@im/core';
import { createEgressGuard, transportOf } from '@im/http';
import { createCredentials } from './credentials.ts';
import { isExpiredReason } from './errors.ts';
import { toVendorError } from './failures.ts';
import type { AwsCredentials, AwsIdentity } from './identity.ts';
import type { AwsOptions } from './options.ts';
import {
  createRequestHandler,
  type RequestHandler,
  type SendOptions,
  type Trace,
} from './request-handler.ts';
import { createSigningTime, type SigningTime, signerClass } from './sign.ts';
import { checkUnspent, markSpent, streamsIn } from './spent-streams.ts';

/** What the SDK's clients need of a provider's context. */
export type SdkContext = Pick<
  IntegrationContext<AwsOptions>,
  'options' | 'egress' | 'service' | 'clock' | 'random' | 'forecast' | 'logger' | 'onClose'
>;

/** The configuration that every client gets. */
export interface SdkConfig {
  readonly region: string | (() => Promise<string>);
  readonly endpoint?: string;
  readonly credentials: (() => Promise<AwsIdentity>) & { readonly memoized: true };
  readonly signerConstructor: ReturnType<typeof signerClass>;
  readonly disableClockSkewCorrection: true;
  readonly maxAttempts: 1;
  readonly requestHandler: RequestHandler;
  readonly ignoreConfiguredEndpointUrls: true;
  readonly useDualstackEndpoint: false;
  readonly useFipsEndpoint: false;
  readonly defaultsMode: 'standard';
  readonly retryMode: 'standard';
  readonly userAgentAppId: 'im';
  readonly authSchemePreference: string[];
}

/** A command of the SDK's, as far as sending it goes. The types of its input and output are inferred from it. */
// biome-ignore lint/suspicious/noExplicitAny: the only type to which the commands of all clients are assignable.
export interface SdkCommand<Input extends object = any, Output extends object = any> {
  readonly input: Input;
  readonly middlewareStack: unknown;
  resolveMiddleware(...args: never): (args: never) => Promise<{ output: Output }>;
}

/** The output of a command. */
export type OutputOf<Command> = Command extends {
  resolveMiddleware(...args: never): (...args: never) => Promise<{ output: infer Output }>;
}
  ? Output
  : never;

/** A client of the SDK's. */
export interface SdkClient {
  // biome-ignore lint/suspicious/noExplicitAny: each client takes its own commands; `send` below ties input and output.
  send(command: any, options?: any): Promise<any>;
  readonly middlewareStack: {
    // biome-ignore lint/suspicious/noExplicitAny: the SDK's own types of middleware differ from step to step.
    add(middleware: any, options: any): void;
  };
  destroy(): void;
}

/** Clients and commands under one integration. Made by {@link createSdk}. */
export interface Sdk {
  readonly config: SdkConfig;
  readonly credentials: AwsCredentials;
  readonly time: SigningTime;
  /**
   * Prepares a client that was made with {@link config}: the SDK's own retries are taken out altogether. Gives the client.
   */
  prepare<Client extends SdkClient>(client: Client): Client;
  /**
   * Sends a command. Credentials that AWS refuses as expired are renewed, and unless the operation is unsafe or its body a
   * stream, the command is sent again with the new ones, once.
   *
   * @throws `VendorError`, whose cause is the SDK's exception where that shows no secret; the signal's reason
   */
  send<Command extends SdkCommand>(
    client: SdkClient,
    command: Command,
    call: Call,
  ): Promise<OutputOf<Command>>;
}

/** How clients are made. */
export interface SdkSettings {
  /** Whether answers may be streams. Default false: each is read at once. */
  readonly streams?: boolean | undefined;
  /** Most bytes of an answer that is read at once. Default 16 MiB. */
  readonly maxBytes?: number | undefined;
  /** Shared with another lane of the same service. Default: made here. */
  readonly credentials?: AwsCredentials | undefined;
  readonly time?: SigningTime | undefined;
}

/**
 * In the place of the SDK's retries, by which others are put in order. It also leaves out the SDK's ids of an invocation, which
 * would make two attempts of one call two different requests.
 */
const passOn =
  (next: (args: unknown) => unknown) =>
  (args: unknown): unknown =>
    next(args);
const retryPlace = {
  name: 'retryMiddleware',
  step: 'finalizeRequest',
  priority: 'high',
  tags: ['RETRY'],
  override: true,
};

/** Takes the SDK's own retries out of a client's stack. */
export function withoutRetries(stack: SdkClient['middlewareStack']): void {
  stack.add(passOn, retryPlace);
}

/** Makes the configuration and the way to send. Opens nothing and loads nothing. */
export function createSdk(context: SdkContext, settings: SdkSettings = {}): Sdk {
  const { region, endpoint } = context.options;
  const credentials = settings.credentials ?? createCredentials(context);
  const time = settings.time ?? createSigningTime(context.clock);
  const requestHandler = createRequestHandler({
    transport: transportOf(context),
    guard: createEgressGuard({ allow: context.egress, onPurpose: endpoint === undefined ? [] : [endpoint] }),
    streams: settings.streams ?? false,
    maxBytes: settings.maxBytes,
    onAnswer: (status, headers) => time.correct(status, headers),
  });
  const never = new AbortController().signal;
  const identity = async () => credentials.current() ?? credentials.get({ signal: never });
  const config: SdkConfig = {
    region,
    ...(endpoint !== undefined && { endpoint }),
    // They are kept and renewed here.
    credentials: Object.assign(identity, { memoized: true as const }),
    signerConstructor: signerClass(time),
    disableClockSkewCorrection: true,
    maxAttempts: 1,
    requestHandler,
    ignoreConfiguredEndpointUrls: true,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    defaultsMode: 'standard',
    retryMode: 'standard',
    userAgentAppId: 'im',
    authSchemePreference: [],
  };

  const attempt = async (
    client: SdkClient,
    command: SdkCommand,
    call: Call,
    trace: Trace,
  ): Promise<unknown> => {
    const streams = streamsIn(command.input);
    checkUnspent(streams);
    const options: SendOptions = { abortSignal: call.signal, call, trace, via: requestHandler };
    try {
      return await client.send(command, options);
    } catch (thrown) {
      if (call.signal.aborted) throw call.signal.reason;
      throw toVendorError(thrown, trace, credentials.secrets());
    } finally {
      if (trace.sent) markSpent(streams);
    }
  };

  return {
    config,
    credentials,
    time,
    prepare(client) {
      withoutRetries(client.middlewareStack);
      return client;
    },
    async send<Command extends SdkCommand>(client: SdkClient, command: Command, call: Call) {
      const trace: Trace = { sent: false };
      try {
        return (await attempt(client, command, call, trace)) as OutputOf<Command>;
      } catch (error) {
        const key = /Credential=([^/]+)\//.exec(trace.authorization ?? '')?.[1];
        if (key === undefined || !(error instanceof VendorError) || !isExpiredReason(error.failure.reason))
          throw error;
        credentials.refused(key);
        if (call.effect === 'unsafe' || streamsIn(command.input).length > 0) throw error;
        if ((await credentials.get(call)).accessKeyId === key) throw error;
        return (await attempt(client, command, call, { sent: true })) as OutputOf<Command>;
      }
    },
  };
}
