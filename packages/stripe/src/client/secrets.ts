/** Keeps our secrets out of what the SDK makes errors of: Stripe may quote what it was sent. */
import { redacted } from '@im/core';
import type { CheckedStripeOptions } from '../options.ts';

/** Everything in the options that must never be shown. */
export function secretsOf({ secretKey, webhookSecrets }: CheckedStripeOptions): readonly string[] {
  return [secretKey, ...webhookSecrets].map((one) => one.reveal());
}

/** Makes what takes `secrets` out of a text, in every usual spelling. */
export function hider(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.flatMap((secret) => {
    const bytes = Buffer.from(secret);
    return [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret.toWellFormed()),
      new URLSearchParams({ a: secret }).toString().slice(2),
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
    ];
  });
  const longestFirst = [...new Set(forms)].sort((one, other) => other.length - one.length);
  return (text) => longestFirst.reduce((hidden, form) => hidden.replaceAll(form, redacted), text);
}
