/** One service of AWS over its SDK client: loaded on first use, shared by the operations and by `native()`. */
import { type Call, lazily, VendorError } from '@im/core';
import { loadSdk, requireSdk } from './load-sdk.ts';
import {
  createSdk,
  type OutputOf,
  type Sdk,
  type SdkClient,
  type SdkCommand,
  type SdkConfig,
  type SdkContext,
} from './sdk.ts';

/** The connection of one instance to one service. */
export interface AwsService<Module, Client> {
  readonly sdk: Sdk;
  /** Sends what `make` makes of the SDK's module: `send((sqs) => new sqs.SendMessageCommand({ … }), call)`. */
  send<Command extends SdkCommand>(make: (module: Module) => Command, call: Call): Promise<OutputOf<Command>>;
  /** The SDK's client, made when it is first touched. */
  readonly native: Client;
}

/** How a service is reached. */
export interface AwsServiceSetup<Module, Client extends SdkClient> {
  /** What needs the package, for messages: `@im/aws/sqs`. */
  readonly name: string;
  /** Package of the SDK: `@aws-sdk/client-sqs`. */
  readonly package: string;
  /** `() => import('@aws-sdk/client-sqs')`, written out, so that bundlers and type checkers see it. */
  readonly load: () => Promise<Module>;
  readonly make: (module: Module, config: SdkConfig) => Client;
}

/** Gives the service of a context: one for each, whether `http` or `native` of the definition asks first. */
export function awsService<Module, Client extends SdkClient>(
  setup: AwsServiceSetup<Module, Client>,
): (context: SdkContext) => AwsService<Module, Client> {
  const services = new WeakMap<SdkContext, AwsService<Module, Client>>();
  return (context) => {
    let service = services.get(context);
    if (service === undefined) {
      service = connect(setup, createSdk(context));
      services.set(context, service);
    }
    return service;
  };
}

function connect<Module, Client extends SdkClient>(
  setup: AwsServiceSetup<Module, Client>,
  sdk: Sdk,
): AwsService<Module, Client> {
  let client: Client | undefined;
  let loaded: Module | undefined;
  const clientOf = (module: Module): Client => (client ??= sdk.prepare(setup.make(module, sdk.config)));
  return {
    sdk,
    async send(make, call) {
      loaded ??= await loadSdk(setup.package, setup.name, setup.load);
      return sdk.send(clientOf(loaded), make(loaded), call);
    },
    native: lazily(() => clientOf(requireSdk<Module>(setup.package, `native() of ${setup.name}`))),
  };
}

/** A member of an answer that the service promises. @throws `VendorError` `internal` when it is not there */
export function promised<Value>(value: Value | undefined | null, name: string): Value {
  if (value !== undefined && value !== null) return value;
  throw new VendorError({
    sent: true,
    code: 'internal',
    reason: 'unexpected_body',
    says: `the answer is not what was promised: it has no ${name}`,
  });
}

/** Refuses what AWS would refuse, before anything is sent. */
export function refuse(says: string): never {
  throw new VendorError({ sent: false, code: 'invalid_argument', reason: 'bad_input', says });
}

/** A whole number within AWS's limits. @throws `VendorError` `invalid_argument` */
export function within(name: string, value: number, from: number, to: number): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  return refuse(`${name} must be a whole number from ${from} to ${to}`);
}
