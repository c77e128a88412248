/** Keys of the tests, each made when it is first needed. */
import { makeKey } from '../fake/certificate.ts';
import type { ServiceKey } from '../options.ts';

const made = new Map<string, ServiceKey>();

/** The key of this name. */
export function keyOf(
  name: 'service' | 'service-new' | 'provider' | 'provider-new' | 'attacker',
): ServiceKey {
  const key = made.get(name) ?? makeKey(name);
  made.set(name, key);
  return key;
}
