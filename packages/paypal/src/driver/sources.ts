/** What pays, as PayPal wants it named. */
import type { DriverCall, DriverCreate } from '@im/payments';
import type { PaypalClient } from '../operations/all.ts';
import type { PaymentSource } from '../operations/order-input.ts';
import type { PaymentToken } from '../wire/vault.ts';
import { looking, refusal } from './keeper.ts';

type Kind = 'paypal' | 'venmo' | 'card';

/** How a saved method is to be charged. */
export interface SavedCharge {
  readonly method: string;
  readonly returnUrl?: string | undefined;
  /** Without the customer, who agreed before. */
  readonly isMandate: boolean;
}

/** Ids of saved methods: https://developer.paypal.com/docs/api/payment-tokens/v3/#payment-tokens_get */
const methodId = /^[0-9a-zA-Z_-]{7,36}$/;
/** Kinds of saved methods that are remembered; what kind it is never changes. */
const mostKinds = 10_000;

export function createSources(client: PaypalClient) {
  const kinds = new Map<string, Kind>();

  const kindOf = async (method: string, call: DriverCall): Promise<Kind> => {
    if (!methodId.test(method))
      throw refusal('there is no such saved method', {
        code: 'not_found',
        remedy: 'use an id of listMethods, or none: the customer chooses on PayPal’s page',
      });
    const known = kinds.get(method);
    if (known !== undefined) return known;
    const kind = kindIn(await client.getPaymentToken(method, looking(call)));
    if (kinds.size >= mostKinds) kinds.clear();
    kinds.set(method, kind);
    return kind;
  };

  return {
    /** A saved method. @throws {@link IntegrationError} `not_found`, `effect: 'none'`, when there is none of this id */
    async saved({ method, returnUrl, isMandate }: SavedCharge, call: DriverCall): Promise<PaymentSource> {
      const kind = await kindOf(method, call);
      if (kind !== 'card') return { [kind]: { vaultId: method } };
      return {
        card: {
          vaultId: method,
          storedCredential: {
            paymentInitiator: isMandate ? 'MERCHANT' : 'CUSTOMER',
            paymentType: isMandate ? 'UNSCHEDULED' : 'ONE_TIME',
            usage: 'SUBSEQUENT',
          },
          // Where 3-D Secure sends the customer back to, if the issuer wants it.
          experienceContext: returnUrl === undefined ? undefined : { returnUrl, cancelUrl: returnUrl },
        },
      };
    },

    /** The customer's PayPal account, chosen on PayPal's page, and kept for later where a mandate is set up. */
    onPage({
      returnUrl,
      mandate,
      customer,
    }: Pick<DriverCreate, 'returnUrl' | 'mandate' | 'customer'>): PaymentSource {
      const attributes =
        mandate === 'set_up'
          ? {
              vault: { storeInVault: 'ON_SUCCESS', usageType: 'MERCHANT' } as const,
              customer: customer === undefined ? undefined : { id: customer },
            }
          : undefined;
      const experienceContext =
        returnUrl === undefined
          ? undefined
          : ({ returnUrl, cancelUrl: returnUrl, userAction: 'PAY_NOW' } as const);
      return { paypal: { attributes, experienceContext } };
    },
  };
}

export type Sources = ReturnType<typeof createSources>;

/** The kind of a saved method. */
export function kindIn({ paymentSource }: Pick<PaymentToken, 'paymentSource'>): Kind {
  if (paymentSource?.paypal !== undefined) return 'paypal';
  return paymentSource?.venmo === undefined ? 'card' : 'venmo';
}
