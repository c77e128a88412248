/** Portable capabilities: what a port package declares, and how a definition says that it gives one. */
import type { AnyDefinition } from './integration.ts';

/**
 * A portable capability that a port package declares, such as `musicCatalog`; two ports of the same id are the same. `Traits` is what a provider
 * can say of its driver before there is one, as data: what it can do, its limits.
 */
export interface Port<Driver, Traits = unknown> {
  readonly id: string;
  /** Carries the type; never set. */
  readonly _driver?: Driver;
  /** Carries the type; never set. */
  readonly _traits?: Traits;
}

/** Declares a port. Called once, by the port's package. */
export function definePort<Driver, Traits = unknown>(id: string): Port<Driver, Traits> {
  return { id };
}

/** The driver that a port asks for. */
export type DriverOf<Of> = Of extends Port<infer Driver, infer _Traits> ? Driver : never;
/** What can be said of a driver before there is one. */
export type TraitsOf<Of> = Of extends Port<infer _Driver, infer Traits> ? Traits : never;

/** One capability that a provider gives: which port, and how its driver is made from the provider's own operations. */
export interface PortBinding<Client, Of extends Port<unknown> = Port<unknown>> {
  readonly port: Of;
  /**
   * Called on first use of the port, once for each registration. Opens nothing. The client goes on to work when the
   * instance behind it is replaced. Write it as a function of its own, `(client) => toCatalog(client)`: the compiler
   * looks at the name of a function before it knows the operations.
   */
  readonly toDriver: (client: Client) => NoInfer<DriverOf<Of>>;
  /** What the driver can do and how much of it, whatever the options: plain data, read by tables and by {@link traitsOf}. */
  readonly traits?: NoInfer<TraitsOf<Of>>;
}

/** Capabilities by position, each driver and its traits checked against its own port. */
export type PortBindings<Client, Ports extends readonly Port<unknown>[]> = {
  readonly [Index in keyof Ports]: PortBinding<Client, Ports[Index]>;
};

/** What a definition says of its driver for a port, without making one. `undefined`: it does not give the port, or says nothing. */
export function traitsOf<Traits>(
  { provides = [] }: AnyDefinition,
  port: Port<unknown, Traits>,
): Traits | undefined {
  // A binding was checked against its port when it was written; ports of one id are the same.
  return provides.find((binding) => binding.port.id === port.id)?.traits as Traits | undefined;
}
