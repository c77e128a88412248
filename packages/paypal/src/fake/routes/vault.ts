/** `/v3/vault` */
import type { Account, SavedMethod, SetupToken, Source } from '../account.ts';
import { bodyOf, fieldsOf, found, link, numbered, refuse, required, textOf } from '../requests.ts';
import { emit, type World } from '../world.ts';
import { keys, type RouteTable } from './table.ts';

const showMethod = ({ kind, card, email = 'customer@personal.example.com' }: Source) =>
  kind === 'card'
    ? { card: { brand: card?.brand, last_digits: card?.lastDigits, expiry: card?.expiry } }
    : { [kind]: { email_address: email, ...(kind === 'paypal' && { usage_type: 'MERCHANT' }) } };

export function vaultRoutes(world: World): RouteTable {
  const showSetup = ({ id, status, customer, source }: SetupToken) => ({
    id,
    status,
    customer: { id: customer },
    payment_source: showMethod(source),
    links: [
      link(world.base, 'self', `/v3/vault/setup-tokens/${id}`),
      ...(status === 'PAYER_ACTION_REQUIRED'
        ? [link(world.site, 'approve', `/agreements/approve?approval_session_id=${id}`)]
        : []),
      link(world.base, 'confirm', '/v3/vault/payment-tokens', 'POST'),
    ],
  });
  const showToken = ({ id, customer, source }: SavedMethod) => ({
    id,
    customer: { id: customer },
    payment_source: showMethod(source),
    links: [
      link(world.base, 'self', `/v3/vault/payment-tokens/${id}`),
      link(world.base, 'delete', `/v3/vault/payment-tokens/${id}`, 'DELETE'),
    ],
  });

  /** What becomes a saved method: an approved setup token, once; or an agreement of old. */
  const sourceOfToken = (account: Account, type: string, id: string) => {
    if (type === 'BILLING_AGREEMENT') {
      const source = account.books.agreements.get(id);
      return source ?? refuse(422, 'BILLING_AGREEMENT_NOT_FOUND');
    }
    if (type !== 'SETUP_TOKEN') return refuse(400, 'INVALID_PARAMETER_VALUE', '/payment_source/token/type');
    const token = account.books.setupTokens.get(id);
    if (token === undefined) return refuse(404, 'INVALID_RESOURCE_ID');
    if (token.status === 'VAULTED') return refuse(422, 'SETUP_TOKEN_ALREADY_TOKENIZED');
    if (token.status !== 'APPROVED') return refuse(422, 'PAYER_ACTION_REQUIRED');
    token.status = 'VAULTED';
    return token.source;
  };

  return {
    'POST /v3/vault/setup-tokens': {
      keys: keys.vault,
      run: (request, account) => {
        const body = bodyOf(request);
        const source = fieldsOf(body.payment_source);
        const kind = source.paypal ? 'paypal' : source.venmo ? 'venmo' : undefined;
        if (kind === undefined) return refuse(422, 'NO_PAYMENT_SOURCE_PROVIDED');
        const context = fieldsOf(fieldsOf(source[kind]).experience_context);
        const token: SetupToken = {
          id: world.nextId('setup token'),
          customer: textOf(fieldsOf(body.customer).id) ?? world.nextId('customer'),
          source: { kind, behaviour: { kind: 'pays' }, email: 'customer@personal.example.com' },
          returnUrl: textOf(context.return_url),
          cancelUrl: textOf(context.cancel_url),
          status: 'PAYER_ACTION_REQUIRED',
        };
        account.books.setupTokens.set(token.id, token);
        return { show: () => showSetup(token) };
      },
    },
    'GET /v3/vault/setup-tokens/:id': (request, account) => ({
      json: showSetup(found(account.books.setupTokens.get(request.params.id ?? ''))),
    }),
    'POST /v3/vault/payment-tokens': {
      keys: keys.vault,
      run: (request, account) => {
        const body = bodyOf(request);
        const token = fieldsOf(fieldsOf(body.payment_source).token);
        const from = required(token, 'id', '/payment_source/token');
        const source = sourceOfToken(account, required(token, 'type', '/payment_source/token'), from);
        const setup = account.books.setupTokens.get(from);
        const id = world.nextId('payment token').toLowerCase();
        const customer = textOf(fieldsOf(body.customer).id) ?? setup?.customer ?? world.nextId('customer');
        const saved: SavedMethod = { id, customer, source: { ...source, vaultId: id } };
        account.books.methods.set(id, saved);
        emit(world, account, {
          type: 'VAULT.PAYMENT-TOKEN.CREATED',
          resourceType: 'payment_token',
          resourceVersion: '3.0',
          resource: showToken(saved),
          summary: 'A payment token has been saved.',
          about: [],
        });
        return { show: () => showToken(saved) };
      },
    },
    'GET /v3/vault/payment-tokens': (request, account) => {
      const customer =
        request.query.get('customer_id') || refuse(400, 'MISSING_REQUIRED_PARAMETER', 'customer_id');
      const own = [...account.books.methods.values()].filter((method) => method.customer === customer);
      const { items, totals } = numbered(request, own, { usual: 5, most: 100 });
      return {
        json: {
          ...totals,
          customer: { id: customer },
          payment_tokens: items.map(showToken),
          links: [link(world.base, 'self', `/v3/vault/payment-tokens?customer_id=${customer}`)],
        },
      };
    },
    'GET /v3/vault/payment-tokens/:id': (request, account) => ({
      json: showToken(found(account.books.methods.get(request.params.id ?? ''))),
    }),
    'DELETE /v3/vault/payment-tokens/:id': (request, account) => {
      const saved = account.books.methods.get(request.params.id ?? '');
      if (saved !== undefined && account.books.methods.delete(saved.id))
        emit(world, account, {
          type: 'VAULT.PAYMENT-TOKEN.DELETED',
          resourceType: 'payment_token',
          resourceVersion: '3.0',
          resource: { id: saved.id },
          summary: 'A payment token has been deleted.',
          about: [],
        });
      return { status: 204 };
    },
  };
}
