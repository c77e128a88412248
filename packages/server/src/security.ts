/** Headers that every answer carries, and the policy of the status page. */
import { createHash } from 'node:crypto';

/** Set on every answer, errors included. The page's own policy replaces the first. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/**
 * The policy of a page whose only style and script stand in it: both are named by their digest, so that nothing that
 * could slip into the markup would run.
 */
export function pagePolicy(style: string, script?: string): string {
  return [
    "default-src 'none'",
    `style-src '${digest(style)}'`,
    ...(script === undefined ? [] : [`script-src '${digest(script)}'`]),
    "connect-src 'self'",
    'img-src data:',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const digest = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
