/** Rules that every hub wants, and which of their alerts make others needless. */
import type { InhibitionInput } from './options.ts';
import type { AlertRuleInput } from './rules.ts';

const day = 86_400;

/**
 * Burn rates by the table of Google's SRE workbook: a page when 2 % of a month's budget is gone within an hour or 5 % within six, a ticket
 * when 10 % are gone within three days. The short window, a twelfth of the long one, ends the alert soon after the failures end.
 *
 * @see {@link https://sre.google/workbook/alerting-on-slos/#recommended_parameters_for_an_slo_based_a | Recommended parameters}
 */
const pages = [
  { long: '1h', short: '5m', factor: 14.4 },
  { long: '6h', short: '30m', factor: 6 },
];
const tickets = [{ long: '3d', short: '6h', factor: 1 }];

/** The default rules. Put your own behind them; one of the same name takes its place. */
export const defaultAlertRules: readonly AlertRuleInput[] = [
  {
    name: 'IntegrationDown',
    kind: 'threshold',
    severity: 'critical',
    signal: 'unhealthy',
    op: '>',
    value: 0,
    for: '2m',
    keepFiring: '1m',
    summary: '{integration} of {tenant} is down',
    action:
      "Look at the vendor's status page and at the last check; if credentials were refused, connect the account again.",
  },
  {
    name: 'BreakerOpenLong',
    kind: 'threshold',
    severity: 'warning',
    signal: 'breaker_open',
    op: '>',
    value: 0,
    for: '10m',
    summary: 'calls to {integration} of {tenant} have been refused for ten minutes',
    action: 'See which code its calls fail with. Reset the breaker only once the vendor answers again.',
  },
  {
    name: 'BreakerFlapping',
    kind: 'threshold',
    severity: 'warning',
    signal: 'breaker_openings',
    over: '1h',
    op: '>=',
    value: 6,
    clear: 3,
    summary: 'the breaker of {integration} of {tenant} opens again and again',
    action: 'The vendor answers now and then: lower the load, or raise the breaker’s `halfOpenAfterMs`.',
  },
  {
    name: 'ErrorBudgetBurning',
    kind: 'burn_rate',
    severity: 'critical',
    objective: 'availability',
    windows: pages,
    minimumCalls: 10,
    summary: 'calls to {integration} of {tenant} fail so fast that the month’s error budget will not last',
    action:
      'Find the failing operation and code; fail over, or take the integration out until the vendor is well.',
  },
  {
    name: 'ErrorBudgetLeaking',
    kind: 'burn_rate',
    severity: 'warning',
    objective: 'availability',
    windows: tickets,
    minimumCalls: 100,
    summary: 'calls to {integration} of {tenant} have failed more than promised for days',
    action: 'Look for what fails all the time, such as one operation or one account.',
  },
  {
    name: 'LatencyBudgetBurning',
    kind: 'burn_rate',
    severity: 'warning',
    objective: 'latency',
    windows: pages,
    minimumCalls: 10,
    summary: 'calls to {integration} of {tenant} are slower than promised',
    action: 'Compare queued calls with the time at the vendor: a limit on our side, or a slow vendor.',
  },
  {
    name: 'CredentialExpiring',
    kind: 'threshold',
    severity: 'critical',
    signal: 'expires_in_seconds',
    match: { kind: ['token', 'certificate', 'key'] },
    op: '<',
    value: day,
    summary: 'the {kind} of {integration} of {tenant} ends within a day',
    action: 'Renew it: connect the account again, or put the new key or certificate in place.',
  },
  {
    name: 'CertificateExpiring',
    kind: 'threshold',
    severity: 'warning',
    signal: 'expires_in_seconds',
    match: { kind: ['certificate', 'key'] },
    op: '<',
    value: 14 * day,
    summary: 'the {kind} of {integration} of {tenant} ends within two weeks',
    action: 'Order the new one now, and put it in place while both are valid.',
  },
  {
    name: 'QuotaEnding',
    kind: 'threshold',
    severity: 'warning',
    signal: 'expires_in_seconds',
    match: { kind: 'quota' },
    op: '<',
    value: 3_600,
    summary: 'the quota of {integration} of {tenant} ends within the hour',
    action: 'Put off what can wait, or ask the vendor for more.',
  },
  {
    name: 'QuotaUsedUp',
    kind: 'threshold',
    severity: 'warning',
    signal: 'quota_remaining',
    op: '<=',
    value: 0,
    for: '5m',
    summary: '{integration} of {tenant} has no calls left in its window',
    action: 'Calls wait or are refused until the window ends: lower the load, or ask the vendor for more.',
  },
  {
    name: 'CallsStopped',
    kind: 'absence',
    severity: 'warning',
    signal: 'calls',
    over: '1h',
    baseline: '1d',
    summary: 'nobody has called {integration} of {tenant} for an hour, and somebody did every hour before',
    action: 'See whether the part of the application that calls it still runs.',
  },
  {
    name: 'UnmappedDeclines',
    kind: 'threshold',
    severity: 'warning',
    signal: 'unmapped_declines',
    op: '>',
    value: 0,
    summary: '{gateway} declines payments with the code {code}, which nobody knows',
    action: 'Look the code up in the documentation of the processor and add it to the table of declines.',
  },
  {
    name: 'PaymentContradiction',
    kind: 'threshold',
    severity: 'critical',
    signal: 'payment_alerts',
    over: '15m',
    op: '>',
    value: 0,
    summary: '{gateway} said something about a payment that contradicts the order ({kind})',
    action: 'Do not ship. Compare amount, currency and reference at the processor with the order.',
  },
];

/** What is down needs no second alert saying that it fails. */
export const defaultInhibitions: readonly InhibitionInput[] = [
  {
    source: { alert: 'IntegrationDown' },
    target: { alert: ['Breaker*', 'ErrorBudget*', 'LatencyBudget*', 'CallsStopped'] },
    equal: ['tenant', 'integration'],
  },
  {
    source: { alert: 'CredentialExpiring' },
    target: { alert: 'CertificateExpiring' },
    equal: ['tenant', 'integration', 'kind'],
  },
  {
    source: { alert: 'ErrorBudgetBurning' },
    target: { alert: 'ErrorBudgetLeaking' },
    equal: ['tenant', 'integration'],
  },
];
