/** The customer portal. */
import type { Stripe } from 'stripe';
import type { Account } from './account.ts';
import { nulls } from './blank.ts';
import { word } from './ids.ts';
import type { Input } from './input.ts';
import { invalid } from './refusals.ts';

/** What customers may do in the portal. */
export function createPortalConfiguration(
  account: Account,
  input: Input,
): Stripe.BillingPortal.Configuration {
  const configuration = account.add<'billing_portal.configuration'>({
    id: account.idFor('billing_portal.configuration'),
    object: 'billing_portal.configuration',
    active: true,
    application: null,
    business_profile: { ...nulls('headline', 'privacy_policy_url', 'terms_of_service_url') },
    created: account.now,
    default_return_url: null,
    features: {
      customer_update: { allowed_updates: [], enabled: false },
      invoice_history: { enabled: false },
      payment_method_update: { enabled: false, payment_method_configuration: null } as never,
      subscription_cancel: {
        cancellation_reason: { enabled: false, feedback_options: [], options: [] },
        enabled: false,
        mode: 'at_period_end',
        proration_behavior: 'none',
      },
      subscription_pause: { enabled: false } as never,
      subscription_update: {
        billing_cycle_anchor: null,
        default_allowed_updates: [],
        enabled: false,
        proration_behavior: 'none',
        schedule_at_period_end: { conditions: [] },
        trial_update_behavior: 'end_trial',
      } as never,
    },
    is_default: account.all('billing_portal.configuration').length === 0,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: {},
    name: null,
    updated: account.now,
  });
  return updatePortalConfiguration(account, configuration, input);
}

export function updatePortalConfiguration(
  account: Account,
  configuration: Stripe.BillingPortal.Configuration,
  input: Input,
): Stripe.BillingPortal.Configuration {
  input.only('active business_profile default_return_url features metadata name');
  const { features, business_profile } = configuration;
  const given = input.inside('features');
  for (const name of [
    'invoice_history',
    'payment_method_update',
    'subscription_cancel',
    'customer_update',
  ] as const)
    features[name].enabled = given.inside(name).flag('enabled') ?? features[name].enabled;
  business_profile.headline = input.inside('business_profile').text('headline') ?? business_profile.headline;
  configuration.active = input.flag('active') ?? configuration.active;
  configuration.default_return_url = input.text('default_return_url') ?? configuration.default_return_url;
  configuration.metadata = input.metadata(configuration.metadata ?? {});
  configuration.name = input.text('name') ?? configuration.name;
  configuration.updated = account.now;
  return configuration;
}

/** Opens the portal for a customer. */
export function createPortalSession(account: Account, input: Input): Stripe.BillingPortal.Session {
  input.only('configuration customer return_url');
  const customer = account.get('customer', input.needed('customer'), 'customer');
  const named = input.text('configuration');
  const configuration =
    named === undefined
      ? account.all('billing_portal.configuration').find(({ is_default }) => is_default)
      : account.get('billing_portal.configuration', named, 'configuration');
  if (configuration === undefined)
    throw invalid(
      'You can’t create a portal session in test mode until you save your customer portal settings in test mode.',
    );
  const id = account.newId('bps');
  return {
    id,
    object: 'billing_portal.session',
    configuration: configuration.id,
    created: account.now,
    customer: customer.id,
    livemode: false,
    return_url: input.text('return_url') ?? configuration.default_return_url,
    url: `https://billing.stripe.com/p/session/test_${word(40, id)}`,
    ...nulls('customer_account', 'flow', 'locale', 'on_behalf_of'),
  };
}
