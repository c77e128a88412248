import { describeOperations, type OperationDescription } from '../describe-operations.ts';
import { IntegrationError } from '../errors.ts';
import type { ForwardAnswer, ForwardRequest } from '../forward.ts';
import type { AnyDefinition, CheckCall, ClientOf } from '../integration.ts';
import { checkName, quoted, quotedList } from '../names.ts';
import type { CallOptions } from '../operation.ts';
import type { Port } from '../port.ts';
import type { IntegrationStatus } from '../status.ts';
import type { WebhookReceipt, WebhookRequest } from '../webhook.ts';
import type { Entry, Tenant } from './entry.ts';
import type { TenantSettings, TenantView } from './types.ts';

const never = new AbortController().signal;

/** One tenant's part of the registry; knows nothing of the registry itself. */
export class View implements TenantView {
  readonly tenant: string;
  readonly #find: () => Tenant | undefined;

  constructor(tenant: string, find: () => Tenant | undefined) {
    this.tenant = tenant;
    this.#find = find;
  }

  get settings(): TenantSettings {
    return this.#find()?.settings ?? {};
  }

  get<Definition extends AnyDefinition>(definition: Definition, name = definition.id): ClientOf<Definition> {
    checkName('name', name);
    const entry = entryOf(this.tenant, this.#find(), name);
    checkDefinition(entry, definition);
    return entry.client as unknown as ClientOf<Definition>;
  }

  port<Driver>(port: Port<Driver>, name?: string): Driver {
    return this.#giver(port, name).driver(port.id) as Driver;
  }

  operations(name: string): readonly OperationDescription[] {
    return describeOperations(entryOf(this.tenant, this.#find(), name).definition);
  }

  async forward(name: string, request: ForwardRequest, call?: CallOptions): Promise<ForwardAnswer> {
    return entryOf(this.tenant, this.#find(), name).life.instance().forward(request, call);
  }

  async receive(
    name: string,
    request: WebhookRequest,
    call: CheckCall = { signal: never },
  ): Promise<WebhookReceipt> {
    const entry = entryOf(this.tenant, this.#find(), name);
    const { webhook } = entry.definition;
    if (webhook !== undefined) return webhook(entry.client as never, request, call);
    throw new IntegrationError(`${entry.shown} takes no webhooks`, {
      ...entry.names,
      code: 'unimplemented',
      remedy: 'its vendor sends none, or its package does not read them yet',
    });
  }

  list(): readonly IntegrationStatus[] {
    const entries = [...(this.#find()?.entries.values() ?? [])];
    return entries.sort(byTenantThenName).map((entry) => entry.status());
  }

  #giver(port: Port<unknown>, name: string | undefined): Entry {
    const tenant = this.#find();
    const givers = [...(tenant?.entries.values() ?? [])].filter((entry) => entry.gives(port.id));
    const named = name === undefined ? undefined : entryOf(this.tenant, tenant, name);
    const names = quotedList(givers.map((giver) => giver.name));
    if (named !== undefined) {
      if (named.gives(port.id)) return named;
      throw new IntegrationError(`${named.shown} does not give ${port.id}`, {
        ...named.names,
        code: 'not_found',
        remedy: `these do: ${names}`,
      });
    }
    const [only, ...others] = givers;
    if (only !== undefined && others.length === 0) return only;
    throw new IntegrationError(
      `${only === undefined ? 'nothing' : `more than one integration`} of tenant ${quoted(this.tenant)} gives ${port.id}`,
      {
        code: only === undefined ? 'not_found' : 'failed_precondition',
        tenant: this.tenant,
        remedy: only === undefined ? 'register an integration that does' : `name one of ${names}`,
      },
    );
  }
}

/** The registration of this name. @throws IntegrationError `not_found` with the names that exist in this tenant */
export function entryOf(tenant: string, found: Tenant | undefined, name: string): Entry {
  const entry = found?.entries.get(name);
  if (entry !== undefined) return entry;
  throw new IntegrationError(`tenant ${quoted(tenant)} has no integration ${quoted(name)}`, {
    code: 'not_found',
    integration: name,
    tenant,
    remedy: `registered are: ${quotedList(found?.entries.keys() ?? [])}`,
  });
}

/** @throws IntegrationError `invalid_argument` when the name is registered with another definition */
export function checkDefinition(entry: Entry, definition: AnyDefinition): void {
  if (entry.definition.id === definition.id) return;
  throw new IntegrationError(
    `${entry.shown} is registered with the definition ${entry.definition.id}, not ${definition.id}`,
    {
      ...entry.names,
      code: 'invalid_argument',
      remedy: 'give the definition it was registered with',
    },
  );
}

/** The order of lists. */
export function byTenantThenName(one: Entry, other: Entry): number {
  return compare(one.tenant.name, other.tenant.name) || compare(one.name, other.name);
}

/** By UTF-16 units, the same on every machine. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
