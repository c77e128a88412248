/** Where reasons go: to the log and to whoever listens. Callers get an error with a message that is safe to show. */
import type { AuthEvent, AuthListener } from '@im/auth/jwt';
import { type Clock, IntegrationError, isIntegrationError, type Logger } from '@im/core';
import { type RefusalReason, Refused, refusals } from './refusals.ts';

/** What is told of a request. */
export interface Occasion {
  /** `saml.sign_in`, `saml.sign_out`, `saml.metadata`. */
  readonly type: string;
  readonly tenant: string;
  readonly provider: string;
}

/** Tells. */
export interface Audit {
  /** Something went well. */
  note(occasion: Occasion, facts?: AuthEvent['facts'], subject?: string): void;
  /** Something will stop working unless somebody acts. */
  warn(occasion: Occasion, reason: string, facts?: AuthEvent['facts']): void;
  /** Logs why, and gives the error that callers see. */
  refuse(occasion: Occasion, thrown: unknown): IntegrationError;
}

/** Refusals that are nobody's attack. */
const failures: ReadonlySet<RefusalReason> = new Set([
  'metadata_unreachable',
  'status_failed',
  'no_endpoint',
  'metadata_refused',
  'metadata_expired',
  'metadata_without_certificate',
  'metadata_without_provider',
  'metadata_certificate',
]);

/** Makes it. */
export function createAudit(logger: Logger, onEvent: AuthListener | undefined, clock: Clock): Audit {
  const tell = (event: AuthEvent): void => {
    try {
      onEvent?.(event);
    } catch (error) {
      logger.error('a listener of auth events failed', { event: event.type, error: nameOf(error) });
    }
  };
  const at = () => clock.now();
  return {
    note({ type, tenant, provider }, facts, subject) {
      logger.info(`auth: ${type}`, { tenant, provider, ...facts, ...(subject && { subject }) });
      tell({ type, tenant, at: at(), outcome: 'ok', subject, facts: { provider, ...facts } });
    },
    warn({ type, tenant, provider }, reason, facts) {
      logger.warn(`auth: ${type}`, { tenant, provider, reason, ...facts });
      tell({ type, tenant, at: at(), outcome: 'failed', reason, facts: { provider, ...facts } });
    },
    refuse({ type, tenant, provider }, thrown) {
      if (!(thrown instanceof Refused)) {
        // Of the application's own functions, or of the store: their words are for the log.
        const code = isIntegrationError(thrown) ? thrown.code : 'internal';
        const error = isIntegrationError(thrown) ? thrown.message : nameOf(thrown);
        logger.error(`auth: ${type}`, { tenant, provider, reason: 'fault', error });
        tell({ type, tenant, at: at(), outcome: 'failed', reason: 'fault', facts: { provider } });
        const says = 'something went wrong here; try again later';
        return new IntegrationError(says, { code, tenant, reason: 'fault' }, { cause: thrown });
      }
      const { reason, detail } = thrown;
      const { code, says } = refusals[reason];
      const outcome = failures.has(reason) ? 'failed' : 'refused';
      logger[outcome === 'refused' ? 'warn' : 'error'](`auth: ${type}`, {
        tenant,
        provider,
        reason,
        ...(detail && { detail }),
      });
      tell({ type, tenant, at: at(), outcome, reason, facts: { provider } });
      return new IntegrationError(says, { code, tenant, reason });
    },
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
