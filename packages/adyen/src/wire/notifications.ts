/** Webhooks, in Adyen's spelling: https://docs.adyen.com/development-resources/webhooks/webhook-types */
import { z } from 'zod';
import { wireAmount } from '../money.ts';
import { additionalData, maybe, maybeText, texts } from './common.ts';

export const wireItem = z.object({
  pspReference: z.string(),
  originalReference: maybeText,
  merchantAccountCode: z.string(),
  merchantReference: maybeText,
  amount: maybe(wireAmount),
  eventCode: z.string(),
  eventDate: maybeText,
  success: z.union([z.string(), z.boolean()]).transform(String),
  paymentMethod: maybeText,
  reason: maybeText,
  operations: texts,
  additionalData,
});
export type WireItem = z.output<typeof wireItem>;

export const wireStandard = z.object({
  live: z.union([z.string(), z.boolean()]).nullish().transform(String),
  notificationItems: z.array(z.object({ NotificationRequestItem: wireItem })),
});

export const wirePlatform = z.object({
  type: z.string(),
  environment: maybeText,
  /** Of platform webhooks; `createdAt` of the older ones. */
  timestamp: maybeText,
  createdAt: maybeText,
  data: maybe(z.record(z.string(), z.unknown())),
});
