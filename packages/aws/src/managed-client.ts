/** A client of AWS's SDK whose `send` goes by the policies of an integration. */
import type { Call, CallOptions, ClientOf, Effect } from '@im/core';
import type { aws } from './aws.ts';
import { effectOf } from './common/effects.ts';
import type { SendOptions } from './common/request-handler.ts';
import {
  type OutputOf,
  type Sdk,
  type SdkClient,
  type SdkCommand,
  type SdkConfig,
  withoutRetries,
} from './common/sdk.ts';
import { requestToken } from './common/token.ts';

/** The part of {@link sdkClient}'s clients that the operations need. */
export interface ManagedClient {
  /** The client for the integration that sends: its `send` goes to AWS at once. */
  raw(sdk: Sdk): SdkClient;
}

/** The last argument of `send`. */
export interface SendCallOptions extends CallOptions {
  /** What repeating the command does, where that is known better than by its name. */
  readonly effect?: Effect | undefined;
  /** The same as `signal`, by the name that the SDK's own code uses. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** A client of the SDK's under an integration: the class that was given, with a `send` that knows @im's options. */
export type PolicedClient<Client> = Client & {
  /**
   * Sends a command under the integration's policies.
   *
   * @throws `IntegrationError`; its cause's cause is the SDK's exception
   */
  send<Command extends SdkCommand>(command: Command, options?: SendCallOptions): Promise<OutputOf<Command>>;
};

// biome-ignore lint/suspicious/noExplicitAny: the only type to which the classes of all clients are assignable.
type ClientClass<Client> = new (config: any) => Client;

/** What the class's constructor takes, all of it optional. */
type ConfigOf<Class> = Class extends new (
  ...args: infer Args
) => unknown
  ? Args extends readonly [infer Config]
    ? Partial<Config>
    : never
  : never;

/** What `registry.get(aws)` gives. */
export type AwsClient = ClientOf<typeof aws>;

/**
 * Makes a client of any of AWS's SDK packages that works under the integration: its region, credentials, egress control and
 * transport; time-outs, retries, breaker, limits, telemetry and errors of @im. Everything that the SDK builds on a client works with it:
 * paginators, waiters, and the classes that have a method for each command (`new DynamoDB()`).
 *
 * The effect of each command is told from the command (`common/effects.ts`); what is not surely safe to repeat is sent once.
 *
 * @param config more of the client's own configuration, such as another `region`
 */
export function sdkClient<Class extends ClientClass<SdkClient>>(
  client: AwsClient,
  Client: Class,
  config?: ConfigOf<Class>,
): PolicedClient<InstanceType<Class>> {
  const made = new Client({ ...configOf(client), ...config }) as InstanceType<Class> & SdkClient;
  const send = made.send.bind(made);
  const { middlewareStack } = made;
  withoutRetries(middlewareStack);
  const managed: ManagedClient = { raw: () => ({ send, middlewareStack, destroy: () => {} }) };
  const policed = (command: SdkCommand, options: SendCallOptions = {}): Promise<unknown> => {
    const { effect: stated, abortSignal, ...call } = options;
    const { effect, tokenMember } = effectOf(command);
    const given: unknown = tokenMember === undefined ? undefined : command.input[tokenMember as never];
    return client[sends[stated ?? effect]](managed, command, {
      ...call,
      signal: call.signal ?? abortSignal,
      idempotencyKey: call.idempotencyKey ?? (typeof given === 'string' ? given : undefined),
    });
  };
  return Object.assign(made, { send: withCallback(policed) }) as PolicedClient<InstanceType<Class>>;
}

const sends = {
  read: 'sendRead',
  idempotent: 'sendIdempotent',
  keyed: 'sendKeyed',
  unsafe: 'sendUnsafe',
} as const satisfies Record<Effect, keyof AwsClient>;

/**
 * Configuration that asks the integration anew each time, since the instance behind its client may be replaced; all but the
 * endpoint, which the SDK wants to know at once.
 */
function configOf(client: AwsClient): SdkConfig {
  const current = () => client.native().config;
  const first = current();
  const handler = (options: SendOptions | undefined) => options?.via ?? current().requestHandler;
  return {
    ...first,
    region: async () => {
      const { region } = current();
      return typeof region === 'string' ? region : region();
    },
    credentials: Object.assign(() => current().credentials(), { memoized: true as const }),
    requestHandler: {
      ...first.requestHandler,
      handle: (request, options) => handler(options).handle(request, options),
    },
  };
}

/** The SDK's own code, such as `new DynamoDB().getItem(…, callback)`, may give a callback in the last place. */
function withCallback(send: (command: SdkCommand, options?: SendCallOptions) => Promise<unknown>) {
  return (command: SdkCommand, options?: SendCallOptions | Callback, last?: Callback): unknown => {
    const callback = typeof options === 'function' ? options : last;
    const sent = send(command, typeof options === 'function' ? undefined : options);
    if (callback === undefined) return sent;
    sent.then((output) => callback(null, output), callback);
    return undefined;
  };
}

type Callback = (error: unknown, output?: unknown) => void;

/** The command with the call's idempotency key in the place that its service has for it. */
export function withToken(command: SdkCommand, { idempotencyKey }: Call): SdkCommand {
  const { tokenMember } = effectOf(command);
  if (tokenMember === undefined) return command;
  const copy = Object.create(Object.getPrototypeOf(command) as object) as SdkCommand;
  return Object.assign(copy, command, {
    input: { ...command.input, [tokenMember]: requestToken(idempotencyKey) },
  });
}
