/** Everything about one identity provider of one tenant, as a request needs it. */
import type { Clock, Secret, StateStore } from '@im/core';
import type { Audit, Occasion } from '../audit.ts';
import type { SignatureAlgorithm } from '../crypto/algorithms.ts';
import { type SigningKey, signElement } from '../crypto/sign.ts';
import type { Trust } from '../crypto/signature.ts';
import type { Endpoint, IdentityProviderMetadata } from '../metadata/model.ts';
import type { MetadataSources } from '../metadata/sources.ts';
import type { IdentityProvider, ServiceKey, ServiceProviderOptions } from '../options.ts';
import { Refused, refuse, require } from '../refusals.ts';
import { type FlowState, flowState } from '../state.ts';
import type { Binding } from '../xml/names.ts';

/** What every connection shares. */
export interface Service {
  readonly options: ServiceProviderOptions;
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly state: StateStore;
  readonly audit: Audit;
  readonly sources: MetadataSources;
  readonly keys: readonly ServiceKey[];
  readonly algorithm: SignatureAlgorithm;
  readonly random: (size: number) => Uint8Array;
}

/** Addresses of one connection. */
export interface ConnectionUrls {
  /** Begins a sign-in; takes `returnTo`. */
  readonly login: string;
  /** Where the provider sends its answer. */
  readonly acs: string;
  readonly logout: string;
  readonly metadata: string;
  readonly entityId: string;
}

/** Tenants and providers by name in an address. */
const namePattern = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** See the head of this file. */
export class Connection {
  readonly service: Service;
  readonly tenant: string;
  readonly settings: IdentityProvider;
  readonly urls: ConnectionUrls;
  readonly state: FlowState;

  private constructor(service: Service, tenant: string, settings: IdentityProvider) {
    this.service = service;
    this.tenant = tenant;
    this.settings = settings;
    this.urls = urlsOf(service.baseUrl, tenant, settings);
    this.state = flowState(service.state, tenant, settings.id);
  }

  /** @throws Refused when there is no such tenant or provider */
  static async open(service: Service, tenant: string, provider: string): Promise<Connection> {
    const found = namePattern.test(tenant) ? await service.options.providers(tenant) : undefined;
    // A look-up in an object finds what every object has, such as `constructor`: that is no list.
    require(Array.isArray(found), 'unknown_tenant');
    const settings = found.find(({ id }) => id === provider);
    require(settings !== undefined && namePattern.test(provider), 'unknown_provider');
    return new Connection(service, tenant, settings);
  }

  occasion(type: string): Occasion {
    return { type, tenant: this.tenant, provider: this.settings.id };
  }

  get now(): number {
    return this.service.clock.now();
  }

  get clockSkewMs(): number {
    return this.settings.clockSkewMs ?? 60_000;
  }

  /** Keys that open what is encrypted for us. */
  get decryptionKeys(): readonly Secret[] {
    return this.service.keys.map(({ privateKey }) => privateKey);
  }

  metadata(): Promise<IdentityProviderMetadata> {
    return this.service.sources.get(this.settings.metadata, this.occasion('saml.metadata'));
  }

  trust({ certificates }: IdentityProviderMetadata): Trust {
    return {
      certificates: certificates.map(({ pem }) => pem),
      allowSha1: this.settings.allowSha1 ?? false,
    };
  }

  /**
   * Runs a check of signatures; when none of the known keys fits, once more with fresh metadata, since the provider may have changed its key.
   *
   * @throws what `check` throws
   */
  async proven<Value>(check: (metadata: IdentityProviderMetadata) => Promise<Value>): Promise<Value> {
    try {
      return await check(await this.metadata());
    } catch (error) {
      if (!(error instanceof Refused) || error.reason !== 'signature_invalid') throw error;
      const fresh = await this.service.sources.renew(this.settings.metadata, this.occasion('saml.metadata'));
      if (fresh === undefined) throw error;
      return check(fresh);
    }
  }

  /** The key that signs, unless there is none. */
  get signingKey(): SigningKey | undefined {
    const { keys, algorithm } = this.service;
    const [key] = keys;
    return key === undefined ? undefined : { ...key, algorithm };
  }

  signed(text: string, id: string): string {
    return this.signingKey === undefined ? text : signElement(text, id, this.signingKey);
  }

  /** A new id of a message: a name that XML takes, and nobody foretells. */
  newId(): string {
    return `_${Buffer.from(this.service.random(20)).toString('hex')}`;
  }

  newToken(): string {
    return Buffer.from(this.service.random(32)).toString('base64url');
  }
}

/** Addresses of one connection. */
export function urlsOf(
  baseUrl: string,
  tenant: string,
  { id, entityId }: Pick<IdentityProvider, 'id' | 'entityId'>,
): ConnectionUrls {
  const at = (action: string) => `${baseUrl}/${tenant}/${id}/${action}`;
  return {
    login: at('login'),
    acs: at('acs'),
    logout: at('logout'),
    metadata: at('metadata'),
    entityId: entityId ?? at('metadata'),
  };
}

/** The endpoint to use: of the wanted binding, or whichever there is. @throws Refused when there is none */
export function chooseEndpoint(
  endpoints: readonly Endpoint[],
  wanted: Binding | undefined,
  what: string,
): Endpoint {
  const of = (binding: Binding) => endpoints.find((one) => one.binding === binding);
  const found = wanted === undefined ? (of('redirect') ?? of('post')) : of(wanted);
  return found ?? refuse('no_endpoint', wanted === undefined ? what : `${what} by ${wanted}`);
}
