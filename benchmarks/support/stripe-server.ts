/**
 * Stripe as the payment benchmarks need it: every payment succeeds, and answers as Stripe's. In a process of its own so that its CPU does not
 * count, and without the fake's books, so that it is never what is waited for. Tells its port.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const created = 1_900_000_000;

function intentOf(number: number, form: URLSearchParams) {
  const id = `pi_3Benchmark${String(number).padStart(14, '0')}`;
  const amount = Number(form.get('amount'));
  const currency = form.get('currency');
  const metadata: Record<string, string> = {};
  for (const [name, value] of form) {
    const [, key] = /^metadata\[(.+)\]$/.exec(name) ?? [];
    if (key !== undefined) metadata[key] = value;
  }
  const isExpanded = form.get('expand[0]') !== null;
  const charge = `ch_3Benchmark${String(number).padStart(14, '0')}`;
  const method = form.get('payment_method');
  return {
    id,
    object: 'payment_intent',
    amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: amount,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: { allow_redirects: 'never', enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic',
    client_secret: `${id}_secret_benchmark`,
    confirmation_method: 'automatic',
    created,
    currency,
    customer: null,
    description: null,
    last_payment_error: null,
    latest_charge: isExpanded ? chargeOf(charge, id, amount, currency) : charge,
    livemode: false,
    metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: isExpanded ? methodOf(String(method)) : method,
    payment_method_options: { card: { installments: null, mandate_options: null, network: null } },
    payment_method_types: ['card', 'link'],
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}

const checks = { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' };
const card = {
  brand: 'visa',
  checks,
  country: 'US',
  exp_month: 8,
  exp_year: 2_032,
  funding: 'credit',
  last4: '4242',
};
const nobody = { address: null, email: null, name: null, phone: null, tax_id: null };

function methodOf(id: string) {
  return {
    id,
    object: 'payment_method',
    billing_details: nobody,
    card,
    created,
    customer: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
}

function chargeOf(id: string, payment_intent: string, amount: number, currency: string | null) {
  return {
    id,
    object: 'charge',
    amount,
    amount_captured: amount,
    amount_refunded: 0,
    balance_transaction: 'txn_benchmark',
    billing_details: nobody,
    captured: true,
    created,
    currency,
    disputed: false,
    livemode: false,
    metadata: {},
    outcome: {
      network_status: 'approved_by_network',
      reason: null,
      risk_level: 'normal',
      type: 'authorized',
    },
    paid: true,
    payment_intent,
    payment_method_details: { card: { ...card, multicapture: { status: 'unavailable' } }, type: 'card' },
    refunded: false,
    refunds: { object: 'list', data: [], has_more: false, url: `/v1/charges/${id}/refunds` },
    status: 'succeeded',
  };
}

let count = 0;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    count += 1;
    const body = Buffer.from(
      JSON.stringify(intentOf(count, new URLSearchParams(Buffer.concat(chunks).toString())), undefined, 2),
    );
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': String(body.byteLength),
      'request-id': `req_Benchmark${count}`,
      'stripe-version': String(request.headers['stripe-version']),
      'idempotency-key': String(request.headers['idempotency-key']),
      'original-request': `req_Benchmark${count}`,
      'cache-control': 'no-cache, no-store',
      'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
      vary: 'Origin',
    });
    response.end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
