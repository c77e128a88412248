/** Broken in webhooks. */
import { Secret } from '@im/core';
import type { PaymentEvent } from '../../driver.ts';
import { memoryWebhooks } from '../../memory/memory-webhooks.ts';
import { moneyFromJson } from '../../money.ts';
import { type Mutations, newKey } from './kit.ts';

export const webhooksMutations: Mutations = {
  'believes every webhook': {
    change: () => ({
      webhooks: {
        verify: async ({ body }) => {
          const event = JSON.parse(new TextDecoder().decode(body)) as PaymentEvent;
          return [{ ...event, amount: event.amount && moneyFromJson(event.amount) }];
        },
      },
    }),
    fails: ['PM-052', 'PM-054'],
  },
  'believes old webhooks': {
    change: ({ webhooks }) => ({
      webhooks: {
        verify: (webhook) =>
          webhooks.verify(
            webhook,
            Number(/t=(\d+)/.exec(webhook.headers['im-signature'] ?? '')?.[1]) * 1_000,
          ),
      },
    }),
    fails: ['PM-052'],
  },
  'gives each delivery an id of its own': {
    change: ({ webhooks }) => ({
      webhooks: {
        verify: async (webhook, now) =>
          (await webhooks.verify(webhook, now)).map((event) => ({ ...event, id: newKey() })),
      },
    }),
    fails: ['PM-055', 'PM-056', 'PM-057', 'PM-050'],
  },
  'has no secret for its webhooks': {
    change: () => ({ webhooks: memoryWebhooks([], async () => {}) }),
    fails: ['PM-055', 'PM-056', 'PM-057', 'PM-050', 'PM-051', 'PM-052'],
  },
  'takes an empty secret for one': {
    change: ({ webhooks }) => ({
      webhooks: {
        verify: (webhook, now) =>
          webhooks
            .verify(webhook, now)
            .catch((error: { readonly reason?: string }) =>
              error.reason === 'no_secret'
                ? memoryWebhooks([new Secret('unset')], async () => {}).verify(webhook, now)
                : Promise.reject(error),
            ),
      },
    }),
    fails: ['PM-054'],
  },
  'cannot be asked, and takes no notice of its webhooks': {
    options: { lookup: 'none' },
    change: () => ({ webhooks: memoryWebhooks([new Secret('memory-webhook-secret')], async () => {}) }),
    fails: ['PM-039', 'PM-054'],
  },
  'tells of payments that nobody finds': {
    change: ({ webhooks }) => ({
      webhooks: {
        verify: async (webhook, now) =>
          (await webhooks.verify(webhook, now)).map((event) => ({ ...event, payment: { id: 'elsewhere' } })),
      },
    }),
    fails: ['PM-055', 'PM-056', 'PM-057', 'PM-050', 'PM-051', 'PM-052'],
  },
};
