/**
 * What Stripe does otherwise than its published description says, which is that of the API of 2023-08-16: clients send a later version
 * (`Stripe-Version`), whose answers lack some fields and whose requests may hold more. What is said here is judged; all else as described.
 */
import type { SentRequest } from '../description.ts';
import { asList, isNode, type Node } from '../documents.ts';

/** Fields that answers have no more. */
export const goneFields: readonly {
  readonly schema: string;
  readonly fields: readonly string[];
  /** The vendor's page on the change. */
  readonly docs: string;
}[] = [
  {
    schema: 'subscription',
    fields: ['current_period_start', 'current_period_end'],
    docs: 'https://docs.stripe.com/changelog/basil/2025-03-31/deprecate-subscription-current-period-start-and-end',
  },
  {
    schema: 'invoice',
    fields: ['charge', 'paid', 'paid_out_of_band', 'payment_intent'],
    docs: 'https://docs.stripe.com/changelog/basil/2025-03-31/add-support-for-multiple-partial-payments-on-invoices',
  },
  {
    schema: 'invoice',
    fields: ['total_tax_amounts'],
    docs: 'https://docs.stripe.com/changelog/basil/2025-03-31/invoice-tax-configurations',
  },
  {
    schema: 'line_item',
    fields: ['proration', 'type'],
    docs: 'https://docs.stripe.com/changelog/basil/2025-03-31/adds-new-parent-field-to-invoicing-objects',
  },
];

/** Values of a field of answers that there are since. */
export const newValues: readonly {
  readonly schema: string;
  readonly field: string;
  readonly values: readonly string[];
  readonly docs: string;
}[] = [
  {
    schema: 'payment_intent',
    field: 'cancellation_reason',
    values: ['expired'],
    docs: 'https://support.stripe.com/questions/changes-to-balance-transaction-behavior-for-partial-capture-and-payment-cancellation-flows',
  },
];

const card = ['payment_method_options', 'card'];
const requestMulticapture = { type: 'string', enum: ['if_available', 'never'] };

/** Parameters that requests may hold since. */
export const newParameters: readonly {
  /** Of a POST. */
  readonly path: string;
  /** Names of the objects that it is in, from the outside. */
  readonly within: readonly string[];
  readonly name: string;
  readonly schema: Node;
  readonly docs: string;
}[] = [
  {
    path: '/v1/payment_intents',
    within: card,
    name: 'request_multicapture',
    schema: requestMulticapture,
    docs: 'https://docs.stripe.com/payments/multicapture',
  },
  {
    path: '/v1/payment_intents/{intent}/capture',
    within: [],
    name: 'final_capture',
    schema: { type: 'boolean' },
    docs: 'https://docs.stripe.com/payments/multicapture',
  },
];

/** Whether the document is Stripe's. */
export const isStripe = (document: unknown): document is Node =>
  isNode(document) && isNode(document.info) && document.info.title === 'Stripe API';

/** Pages for a browser, which a fake serves at the same address: what is no API has no version in its path. */
export const isPage = ({ path }: SentRequest): boolean => !/^\/v\d+\//.test(path);

/** The description as it would be for today's version. */
export function asOfToday(document: Node): Node {
  const today = structuredClone(document);
  for (const { schema, fields } of goneFields) {
    const node = at(today, ['components', 'schemas', schema]);
    node.required = asList(node.required).filter((name) => !fields.includes(String(name)));
    for (const name of fields) {
      at(node, ['properties', name]);
      delete at(node, ['properties'])[name];
    }
  }
  for (const { schema, field, values } of newValues) {
    const node = at(today, ['components', 'schemas', schema, 'properties', field]);
    node.enum = [...asList(node.enum), ...values];
  }
  for (const { path, within, name, schema } of newParameters) {
    const content = at(today, ['paths', path, 'post', 'requestBody', 'content']);
    const [media] = Object.values(content);
    const owner = within.reduce(
      (node, key) => objectIn(at(node, ['properties', key])),
      at(media, ['schema']),
    );
    at(owner, ['properties'])[name] = schema;
  }
  return today;
}

type Open = Record<string, unknown>;

/** @throws Error where the description has nothing there: then it is another than this table is about */
function at(node: unknown, path: readonly string[]): Open {
  const found = path.reduce((inner, key) => (isNode(inner) ? inner[key] : undefined), node);
  if (!isNode(found)) throw missing(path.join(' '));
  return found;
}

/** The object among the forms of a parameter, of which an empty text, to clear it, is one. */
function objectIn(node: Open): Open {
  const forms = Array.isArray(node.anyOf) ? node.anyOf : [node];
  return at({ forms: { ...forms } }, [
    'forms',
    String(forms.findIndex((one) => isNode(one) && isNode(one.properties))),
  ]);
}

function missing(what: string): Error {
  return new Error(`Stripe's description has no ${what}, of which the table of its quirks speaks`);
}
