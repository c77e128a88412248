/** What orders are made of, in our spelling. `vendor` takes whatever this package has no name for. */
import type { Money } from '@im/payments';
import type { VendorFields } from '../to-wire.ts';

/** Where the customer comes back to, and what the page looks like. */
export interface ExperienceContext extends VendorFields {
  readonly returnUrl?: string | undefined;
  readonly cancelUrl?: string | undefined;
  readonly brandName?: string | undefined;
  /** Language tag: `de-DE`. */
  readonly locale?: string | undefined;
  readonly shippingPreference?: 'GET_FROM_FILE' | 'NO_SHIPPING' | 'SET_PROVIDED_ADDRESS' | undefined;
  readonly landingPage?: 'LOGIN' | 'GUEST_CHECKOUT' | 'NO_PREFERENCE' | undefined;
  readonly userAction?: 'CONTINUE' | 'PAY_NOW' | undefined;
  readonly paymentMethodPreference?: 'UNRESTRICTED' | 'IMMEDIATE_PAYMENT_REQUIRED' | undefined;
}

/** Keeps the payment method for later, when the payment succeeds. */
export interface SaveMethod {
  readonly customer?: { readonly id: string } | undefined;
  readonly vault?:
    | {
        readonly storeInVault: 'ON_SUCCESS';
        readonly usageType?: 'MERCHANT' | 'PLATFORM' | undefined;
        readonly usagePattern?: string | undefined;
        readonly description?: string | undefined;
      }
    | undefined;
}

/** A PayPal or Venmo account, or one that was saved (`vaultId`). */
export interface WalletSource extends VendorFields {
  readonly vaultId?: string | undefined;
  readonly emailAddress?: string | undefined;
  readonly attributes?: (SaveMethod & VendorFields) | undefined;
  readonly experienceContext?: ExperienceContext | undefined;
}

/** A card that was saved. There is no place for a card's number: PayPal's own fields collect it. */
export interface SavedCardSource extends VendorFields {
  readonly vaultId: string;
  /** Who begins the payment; `MERCHANT` is without the customer. */
  readonly storedCredential?:
    | {
        readonly paymentInitiator: 'CUSTOMER' | 'MERCHANT';
        readonly paymentType: 'ONE_TIME' | 'RECURRING' | 'UNSCHEDULED';
        readonly usage?: 'FIRST' | 'SUBSEQUENT' | 'DERIVED' | undefined;
      }
    | undefined;
  readonly experienceContext?: Pick<ExperienceContext, 'returnUrl' | 'cancelUrl'> | undefined;
}

/** What pays: one of these, or in `vendor` another of PayPal's methods. */
export interface PaymentSource extends VendorFields {
  readonly paypal?: WalletSource | undefined;
  readonly venmo?: WalletSource | undefined;
  readonly card?: SavedCardSource | undefined;
}

/** A postal address. */
export interface PostalAddress {
  readonly addressLine1?: string | undefined;
  readonly addressLine2?: string | undefined;
  /** City. */
  readonly adminArea2?: string | undefined;
  /** State or province. */
  readonly adminArea1?: string | undefined;
  readonly postalCode?: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string;
}

/** One line of an order. */
export interface OrderItem extends VendorFields {
  readonly name: string;
  /** Whole number, as text. */
  readonly quantity: string;
  readonly unitAmount: Money;
  readonly tax?: Money | undefined;
  readonly sku?: string | undefined;
  readonly description?: string | undefined;
  readonly category?: 'DIGITAL_GOODS' | 'PHYSICAL_GOODS' | 'DONATION' | undefined;
}

/** How an amount comes about; the parts must add up. Needed where there are items. */
export interface AmountBreakdown {
  readonly itemTotal?: Money | undefined;
  readonly shipping?: Money | undefined;
  readonly handling?: Money | undefined;
  readonly taxTotal?: Money | undefined;
  readonly insurance?: Money | undefined;
  readonly shippingDiscount?: Money | undefined;
  readonly discount?: Money | undefined;
}

/** What an order is about; most have one. */
export interface PurchaseUnit extends VendorFields {
  readonly amount: Money;
  readonly breakdown?: AmountBreakdown | undefined;
  /** Name of the unit within the order, where there are several. */
  readonly referenceId?: string | undefined;
  readonly description?: string | undefined;
  /** Ours, up to 127 characters; the customer does not see it. */
  readonly customId?: string | undefined;
  /** Ours, up to 127 characters; the customer sees it, and PayPal refuses a second payment of the same. */
  readonly invoiceId?: string | undefined;
  readonly softDescriptor?: string | undefined;
  readonly payee?: { readonly emailAddress?: string; readonly merchantId?: string } | undefined;
  readonly items?: readonly OrderItem[] | undefined;
  readonly shipping?:
    | { readonly name?: { readonly fullName: string }; readonly address?: PostalAddress }
    | undefined;
}

/** An order to make. */
export interface NewOrder extends VendorFields {
  /** `CAPTURE` takes the money at once, `AUTHORIZE` holds it. */
  readonly intent: 'CAPTURE' | 'AUTHORIZE';
  readonly purchaseUnits: readonly PurchaseUnit[];
  /** Absent: the customer chooses. */
  readonly paymentSource?: PaymentSource | undefined;
}

/** A parcel on its way. */
export interface Tracker extends VendorFields {
  readonly captureId: string;
  readonly trackingNumber: string;
  /** PayPal's name of the carrier, `OTHER` with `carrierNameOther`. */
  readonly carrier: string;
  readonly carrierNameOther?: string | undefined;
  readonly notifyPayer?: boolean | undefined;
}
