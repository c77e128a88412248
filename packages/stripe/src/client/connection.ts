/** The connection of one instance to Stripe: the SDK's client under our policies, loaded and made on its first use. */
import {
  type Call,
  type IntegrationContext,
  lazily,
  loadOptional,
  type Page,
  requireOptional,
  VendorError,
} from '@im/core';
import { createEgressGuard, scrub, transportOf } from '@im/http';
import type { Stripe } from 'stripe';
import type { CheckedStripeOptions } from '../options.ts';
import { apiVersion } from './api-version.ts';
import { toVendorError } from './failures.ts';
import { createHttpClient } from './http-client.ts';
import { hider, secretsOf } from './secrets.ts';

/** What the connection needs of a provider's context. */
export type StripeContext = Pick<
  IntegrationContext<CheckedStripeOptions>,
  'options' | 'egress' | 'service' | 'logger'
>;

/** Parameters of Stripe's own, and the connected account to act on. Default: that of the options. */
export type On<Parameters> = Parameters & { readonly stripeAccount?: string | undefined };
/** The same without what pages have by themselves. */
export type Listed<Parameters> = On<Omit<Parameters, 'limit' | 'starting_after' | 'ending_before' | 'page'>>;

/** A request of the SDK's: gets the parameters that are left and the options that it must hand on. */
type Work<Parameters, Answer> = (
  stripe: Stripe,
  parameters: Parameters,
  options: Stripe.RequestOptions,
) => Promise<Stripe.Response<Answer>>;

/** See the head of this file. */
export interface Connection {
  /**
   * Makes one request. `object` is what the answer must be, by Stripe's name of it.
   *
   * @throws `VendorError`, whose cause is the SDK's error; the signal's reason
   */
  send<Parameters extends object, Answer extends { readonly object: string }>(
    call: Call,
    object: Answer['object'],
    parameters: On<Parameters> | undefined,
    work: Work<Parameters, Answer>,
  ): Promise<Answer>;
  /** One page of a list. Lists are continued behind the id of their last item, searches by a token. */
  list<Parameters extends object, Item extends { readonly id: string }>(
    call: Call,
    parameters: On<Parameters> | undefined,
    work: Work<Parameters & ListPlace, Stripe.ApiList<Item>>,
  ): Promise<Page<Item>>;
  search<Parameters extends object, Item>(
    call: Call,
    parameters: On<Parameters> | undefined,
    work: Work<Parameters & SearchPlace, Stripe.ApiSearchResult<Item>>,
  ): Promise<Page<Item>>;
  /** The SDK's client, made when it is first touched. */
  readonly native: Stripe;
}

interface ListPlace {
  readonly limit: number;
  readonly starting_after?: string;
}
interface SearchPlace {
  readonly limit: number;
  readonly page?: string;
}

/** Items of a page unless the caller says otherwise, and at most: https://docs.stripe.com/api/pagination */
const pageSizes = { usual: 100, most: 100 };

type Sdk = typeof import('stripe');
let loaded: Sdk | undefined;
const what = '@im/stripe';

/** One for each context, whether `http` or `native` of the definition asks first. */
export function stripeConnection(context: StripeContext): Connection {
  let connection = connections.get(context);
  if (connection === undefined) {
    connection = connect(context);
    connections.set(context, connection);
  }
  return connection;
}

const connections = new WeakMap<StripeContext, Connection>();

function connect(context: StripeContext): Connection {
  const { options, egress, logger } = context;
  const base = new URL(options.baseUrl);
  const authorization = () => `Bearer ${options.secretKey.reveal()}`;
  const httpClient = createHttpClient({
    transport: transportOf(context),
    guard: createEgressGuard({ allow: egress, onPurpose: [base] }),
    hide: hider(secretsOf(options)),
    onNotice: (notice) => logger.info('Stripe sends a notice', { notice: scrub(notice, secretsOf(options)) }),
    authorization,
  });
  let client: Stripe | undefined;
  const clientOf = ({ Stripe }: Sdk): Stripe =>
    (client ??= new Stripe('', {
      // Of requests that the user makes with the client itself; ours bring their own.
      authenticator: async ({ headers }) => {
        headers.Authorization = authorization();
      },
      apiVersion,
      httpClient,
      maxNetworkRetries: 0,
      telemetry: false,
      host: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port || (base.protocol === 'https:' ? 443 : 80),
      protocol: base.protocol === 'https:' ? 'https' : 'http',
      appInfo: { name: 'im' },
      ...(options.account !== undefined && { stripeAccount: options.account }),
    }));

  const request = async <Parameters extends object, Answer>(
    call: Call,
    parameters: On<Parameters> | undefined,
    work: Work<Parameters, Answer>,
  ): Promise<Answer> => {
    const { stripeAccount, ...rest } = (parameters ?? {}) as On<Parameters>;
    loaded ??= await loadOptional('stripe', what, () => import('stripe'));
    try {
      return await work(clientOf(loaded), rest as unknown as Parameters, {
        authenticator: httpClient.authenticate(call),
        ...(call.idempotencyKey !== undefined && { idempotencyKey: call.idempotencyKey }),
        ...(stripeAccount !== undefined && { stripeAccount }),
      });
    } catch (thrown) {
      if (call.signal.aborted) throw call.signal.reason;
      throw toVendorError(thrown);
    }
  };

  return {
    async send(call, object, parameters, work) {
      return expected(await request(call, parameters, work), object);
    },
    async list(call, parameters, work) {
      const place = {
        ...parameters,
        limit: limitOf(call),
        ...(call.cursor !== undefined && { starting_after: call.cursor }),
      } as never;
      const { data, has_more } = expected(await request(call, place, work), 'list');
      return { items: data, next: has_more ? data.at(-1)?.id : undefined };
    },
    async search(call, parameters, work) {
      const place = {
        ...parameters,
        limit: limitOf(call),
        ...(call.cursor !== undefined && { page: call.cursor }),
      } as never;
      const { data, has_more, next_page } = expected(await request(call, place, work), 'search_result');
      return { items: data, next: has_more ? (next_page ?? undefined) : undefined };
    },
    native: lazily(() => {
      loaded ??= requireOptional<Sdk>('stripe', `native() of ${what}`, import.meta.url);
      return clientOf(loaded);
    }),
  };
}

/** @throws `VendorError` `internal` for an answer of another kind: the SDK takes whatever comes */
function expected<Answer extends { readonly object: string }>(answer: Answer, object: string): Answer {
  const isList = object === 'list' || object === 'search_result';
  if (answer.object === object && (!isList || Array.isArray((answer as { data?: unknown }).data)))
    return answer;
  throw new VendorError({
    sent: true,
    code: 'internal',
    reason: 'unexpected_body',
    says: `the answer is not what was promised: it is no ${object}`,
  });
}

function limitOf({ pageSize = pageSizes.usual }: Call): number {
  if (Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= pageSizes.most) return pageSize;
  throw refusal(`pageSize must be a whole number from 1 to ${pageSizes.most}`);
}

/** An id that goes into an address. An empty one would name the list of all. */
export function identified(id: string): string {
  if (typeof id === 'string' && /^[\x21-\x7e]{1,255}$/.test(id)) return id;
  throw refusal('an id is 1 to 255 characters without spaces, as Stripe gave it');
}

/** What Stripe would refuse, before anything is sent. */
function refusal(says: string): VendorError {
  return new VendorError({ sent: false, code: 'invalid_argument', reason: 'bad_input', says });
}
