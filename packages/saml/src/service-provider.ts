/**
 * A service provider of SAML 2.0: for each tenant any number of identity providers, each with addresses of its own. An answer is therefore bound to
 * tenant and provider by the address that it was sent to, by its issuer, by whom it is for, and by the keys of that provider alone.
 *
 * @see {@link https://docs.oasis-open.org/security/saml/v2.0/saml-profiles-2.0-os.pdf | SAML 2.0 Profiles §4.1, §4.4}
 */
import { randomBytes } from 'node:crypto';
import {
  ConfigurationError,
  type ConfigurationFault,
  type IntegrationError,
  memoryState,
  silentLogger,
  systemClock,
} from '@im/core';
import { createAudit } from './audit.ts';
import { readCertificate } from './crypto/certificates.ts';
import { signElement } from './crypto/sign.ts';
import { readPost } from './flow/bindings.ts';
import { Connection, type ConnectionUrls, type Service, urlsOf } from './flow/connection.ts';
import { metadataAnswer, refusalPage } from './flow/pages.ts';
import { type BeginSignIn, beginSignIn, finishSignIn } from './flow/sign-in.ts';
import { beginSignOut, receiveSignOut } from './flow/sign-out.ts';
import { MetadataSources } from './metadata/sources.ts';
import { serviceMetadataXml } from './metadata/write.ts';
import type { SamlSession } from './model.ts';
import type { ServiceProviderOptions } from './options.ts';
import { refuse } from './refusals.ts';

/** A function of the Fetch API, for any server that can mount one. It answers; it does not reject. */
export type Handler = (request: Request) => Promise<Response>;

/** See {@link createServiceProvider}. */
export interface ServiceProvider {
  /** `GET …/<tenant>/<provider>/login?returnTo=…`: takes the browser to the provider. */
  readonly login: Handler;
  /** `POST …/<tenant>/<provider>/acs`: takes the provider's answer, and calls `onSignIn`. */
  readonly acs: Handler;
  /** `GET` and `POST …/<tenant>/<provider>/logout`: what the provider sends about signing out. */
  readonly logout: Handler;
  /** `GET …/<tenant>/<provider>/metadata`: what the provider has to know of us. */
  readonly metadata: Handler;
  /** All four, by the last part of the path. */
  readonly fetch: Handler;
  /** Addresses of one connection, to tell the tenant's administrator. */
  urls(tenant: string, provider: string, entityId?: string): ConnectionUrls;
  /**
   * Begins a sign-in, where the address of {@link login} is not enough.
   *
   * @throws IntegrationError with a message that is safe to show; the reason stands in the log
   */
  beginSignIn(tenant: string, provider: string, begin?: BeginSignIn): Promise<Response>;
  /**
   * Ends the session at the provider too, after the application has ended its own: the answer takes the browser there, and back to `returnTo`.
   *
   * @throws IntegrationError with a message that is safe to show; the reason stands in the log
   */
  beginSignOut(session: SamlSession, returnTo?: string): Promise<Response>;
}

const actions = ['login', 'acs', 'logout', 'metadata'] as const;
type Action = (typeof actions)[number];

const metadataLifeMs = 7 * 86_400_000;
const metadataCacheSeconds = 86_400;

/**
 * Makes one.
 *
 * @throws ConfigurationError with everything that is wrong with the settings
 */
export function createServiceProvider(options: ServiceProviderOptions): ServiceProvider {
  checkOptions(options);
  const { clock = systemClock, logger = silentLogger, services = [] } = options;
  const audit = createAudit(logger, options.onEvent, clock);
  const service: Service = {
    options,
    baseUrl: options.baseUrl.replace(/\/+$/, ''),
    clock,
    state: options.state ?? memoryState(clock),
    audit,
    sources: new MetadataSources({ clock, services, timeoutMs: 10_000 }, audit),
    keys: options.keys ?? [],
    algorithm: options.signatureAlgorithm ?? 'rsa-sha256',
    random: options.randomBytes ?? randomBytes,
  };

  /** Opens the connection, does something with it, and tells what went wrong. */
  const using = async <Value>(
    type: string,
    tenant: string,
    provider: string,
    body: (connection: Connection) => Promise<Value>,
  ): Promise<Value> => {
    try {
      return await body(await Connection.open(service, tenant, provider));
    } catch (error) {
      throw audit.refuse({ type, tenant, provider }, error);
    }
  };

  const handler =
    (action: Action): Handler =>
    async (request) => {
      const [tenant = '', provider = ''] = partsOf(request).slice(-3);
      const { type, methods, answer } = handlers[action];
      try {
        return await using(type, tenant, provider, (connection) =>
          methods.includes(request.method) ? answer(connection, request) : refuse('method', request.method),
        );
      } catch (error) {
        const refusal = error as IntegrationError;
        return (options.onRefusal ?? refusalPage)(refusal, request);
      }
    };

  return {
    login: handler('login'),
    acs: handler('acs'),
    logout: handler('logout'),
    metadata: handler('metadata'),
    fetch: async (request) => {
      const action = actions.find((one) => one === partsOf(request).at(-1));
      return action === undefined
        ? new Response('there is no such page\n', { status: 404 })
        : handler(action)(request);
    },
    urls: (tenant, provider, entityId) => urlsOf(service.baseUrl, tenant, { id: provider, entityId }),
    beginSignIn: (tenant, provider, begin = {}) =>
      using('saml.sign_in', tenant, provider, (connection) => beginSignIn(connection, begin)),
    beginSignOut: (session, returnTo = '/') =>
      using('saml.sign_out', session.tenant, session.provider, (connection) =>
        beginSignOut(connection, session, returnTo),
      ),
  };
}

interface HandlerRow {
  readonly type: string;
  readonly methods: readonly string[];
  readonly answer: (connection: Connection, request: Request) => Promise<Response>;
}

const handlers: Readonly<Record<Action, HandlerRow>> = {
  login: {
    type: 'saml.sign_in',
    methods: ['GET'],
    answer: (connection, request) =>
      beginSignIn(connection, { returnTo: new URL(request.url).searchParams.get('returnTo') ?? undefined }),
  },
  acs: { type: 'saml.sign_in', methods: ['POST'], answer: answerSignIn },
  logout: { type: 'saml.sign_out', methods: ['GET', 'POST'], answer: receiveSignOut },
  metadata: {
    type: 'saml.metadata',
    methods: ['GET'],
    answer: async (connection) => metadataAnswer(ownMetadata(connection)),
  },
};

async function answerSignIn(connection: Connection, request: Request): Promise<Response> {
  const { signIn, setCookie } = await finishSignIn(connection, await readPost(request), request);
  const { identity, isUnsolicited } = signIn;
  connection.service.audit.note(connection.occasion('saml.sign_in'), { isUnsolicited }, identity.subject);
  const answer = await connection.service.options.onSignIn(signIn, request);
  if (setCookie === undefined) return answer;
  const headers = new Headers(answer.headers);
  headers.append('set-cookie', setCookie);
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers });
}

function ownMetadata(connection: Connection): string {
  const { service, settings, urls, now, signingKey } = connection;
  const id = connection.newId();
  const text = serviceMetadataXml({
    id,
    entityId: urls.entityId,
    assertionConsumerService: urls.acs,
    logoutService: urls.logout,
    certificates: service.keys.map(({ certificate }) => certificate),
    signsRequests: settings.signRequests ?? signingKey !== undefined,
    wantsSignedAssertions: /^(assertion|both)$/.test(settings.signed ?? ''),
    nameIdFormat: settings.nameIdFormat,
    validUntil: now + metadataLifeMs,
    cacheSeconds: metadataCacheSeconds,
  });
  return signingKey === undefined ? text : signElement(text, id, signingKey, 'first');
}

/** Parts of a path, as they are meant; what cannot be read is nobody's name. */
function partsOf(request: Request): readonly string[] {
  return new URL(request.url).pathname.split('/').map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return '';
    }
  });
}

function checkOptions({ baseUrl, keys = [], returnOrigins = [] }: ServiceProviderOptions): void {
  const faults: ConfigurationFault[] = [];
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol) || /[?#]/.test(baseUrl))
    faults.push({
      path: 'baseUrl',
      says: 'is no address of the web without query',
      remedy: 'write it like https://app.example.com/saml',
    });
  for (const [index, { certificate, privateKey }] of keys.entries()) {
    const read = readCertificate(certificate);
    if (typeof read === 'string')
      faults.push({
        path: `keys[${index}].certificate`,
        says: read,
        remedy: 'give one in PEM with an RSA key of 2,048 bits or more',
      });
    if (!/-----BEGIN (RSA )?PRIVATE KEY-----/.test(privateKey.reveal()))
      faults.push({
        path: `keys[${index}].privateKey`,
        says: 'is no private key in PEM',
        remedy: 'give the key of the certificate',
      });
  }
  for (const [index, origin] of returnOrigins.entries())
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      faults.push({
        path: `returnOrigins[${index}]`,
        says: 'is no origin',
        remedy: 'write it like https://app.example.com',
      });
  if (faults.length > 0)
    throw new ConfigurationError(faults, { subject: 'settings of the service provider' });
}
