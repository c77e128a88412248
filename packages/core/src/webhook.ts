/** Webhooks: what a vendor sends on its own, checked by the integration before anything of it is believed. */

/** A webhook as it came. */
export interface WebhookRequest {
  readonly method: string;
  /** The whole URL as the vendor called it: some sign it. */
  readonly url: string;
  /** Names in lower case; several values of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** The exact bytes: parsed and written again they are others, and no signature fits. */
  readonly body: Uint8Array;
}

/** One thing that happened at the vendor's. */
export interface WebhookEvent {
  /** The same in every delivery of the event, and of no other. */
  readonly id: string;
  /** The vendor's name of it: `payment_intent.succeeded`. */
  readonly type: string;
  /** When it happened, milliseconds since 1970, where the vendor says so. */
  readonly at?: number | undefined;
  /** The vendor's own words. */
  readonly data: unknown;
}

/** What a genuine webhook says. */
export interface WebhookReceipt {
  /** In the vendor's order. None: a greeting, which only wants to be answered. */
  readonly events: readonly WebhookEvent[];
  /** What the vendor expects as an answer. Default: 204 without a body. */
  readonly reply?:
    | { readonly status: number; readonly contentType: string; readonly body: string }
    | undefined;
}
