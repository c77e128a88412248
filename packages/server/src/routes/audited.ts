/** Doing something that must be on record. */
import { errorCode } from '@im/core';
import type { AuditEvent } from '../audit/chain.ts';
import type { HubContext } from './context.ts';

/**
 * Records the intent, does it, records the outcome. When the intent cannot be recorded, nothing is done; when the outcome cannot, that is in
 * the log: it was done, and the intent says by whom.
 *
 * @throws what `act` threw; `IntegrationError` `unavailable`, reason `not_audited`
 */
export async function audited<Value>(
  { audit, logger }: Pick<HubContext, 'audit' | 'logger'>,
  event: Omit<AuditEvent, 'phase' | 'intent'>,
  act: () => Value | Promise<Value>,
): Promise<Value> {
  const intent = await audit.append({ ...event, phase: 'intent' });
  const record = (phase: 'done' | 'failed', says?: string) =>
    audit.append({ ...event, phase, intent, says }).catch((error: unknown) => {
      logger.error('the outcome of an action is not in the audit log', { ...event, phase, intent, error });
    });
  try {
    const value = await act();
    await record('done');
    return value;
  } catch (error) {
    await record('failed', errorCode(error));
    throw error;
  }
}
