/** `payment_source` of a request: what pays, as the merchant named it. */
import type { Account, Source } from './account.ts';
import { type Fields, fieldsOf, isObject, refuse, textOf } from './requests.ts';

/** What the merchant said of the payment source, beside what it is. */
export interface NamedSource {
  readonly source: Source;
  readonly returnUrl: string | undefined;
  readonly cancelUrl: string | undefined;
  /** The customer is not there. */
  readonly isWithoutCustomer: boolean;
}

const kinds = ['paypal', 'venmo', 'card'] as const;

/** Reads it. `undefined`: none was named. */
export function sourceOf(account: Account, value: unknown): NamedSource | undefined {
  if (!isObject(value) || Object.keys(value).length === 0) return undefined;
  const kind = kinds.find((one) => isObject(value[one]));
  if (kind === undefined) return refuse(422, 'NO_PAYMENT_SOURCE_PROVIDED');
  const named = fieldsOf(value[kind]);
  const context = fieldsOf(named.experience_context);
  const returnUrl = textOf(context.return_url);
  const saveFor = savingOf(named);
  const source = { ...base(account, kind, named), saveFor };
  if (saveFor !== undefined && returnUrl === undefined && source.vaultId === undefined)
    refuse(422, 'RETURN_URL_REQUIRED');
  const { payment_initiator: initiator } = fieldsOf(named.stored_credential);
  return {
    source,
    returnUrl,
    cancelUrl: textOf(context.cancel_url),
    isWithoutCustomer: initiator === 'MERCHANT',
  };
}

function base(account: Account, kind: Source['kind'], named: Fields): Source {
  const vaultId = textOf(named.vault_id);
  if (vaultId !== undefined) {
    const saved = account.books.methods.get(vaultId);
    if (saved === undefined) return refuse(422, 'TOKEN_ID_NOT_FOUND');
    if (saved.source.kind !== kind) return refuse(422, 'MISMATCHED_VAULT_ID_TO_PAYMENT_SOURCE');
    return saved.source;
  }
  // Cards come by PayPal's own fields; the fake has none, so that no test learns to send a number.
  if (kind === 'card') return refuse(422, 'CARD_NUMBER_REQUIRED');
  return { kind, behaviour: { kind: 'pays' } };
}

function savingOf(named: Fields): Source['saveFor'] {
  const attributes = fieldsOf(named.attributes);
  if (fieldsOf(attributes.vault).store_in_vault !== 'ON_SUCCESS') return undefined;
  return { customer: textOf(fieldsOf(attributes.customer).id) ?? 'made-by-paypal' };
}
