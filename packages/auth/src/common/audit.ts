/**
 * What is told to whom. A caller's page gets a message that helps an honest person and nobody else; the log and the audit trail get the reason.
 * No token, assertion, code or password stands in either.
 */
import {
  type Clock,
  type ErrorCode,
  IntegrationError,
  type LogFields,
  type Logger,
  silentLogger,
  systemClock,
} from '@im/core';

/** Something that an audit trail wants to know. Plain data; no secret. */
export interface AuthEvent {
  /** What it is about and what happened: `connection.refreshed`, `sign_in.refused`. A closed set for each part of the package. */
  readonly type: string;
  readonly tenant: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly outcome: 'ok' | 'refused' | 'failed';
  /** Why not, as a name: `nonce_mismatch`. */
  readonly reason?: string | undefined;
  /** Whom it concerns, by the application's or the issuer's id. */
  readonly subject?: string | undefined;
  /** Which connection, key, session or issuer, and counts. */
  readonly facts?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
}

/** Called at once with each event; what it throws is logged and changes nothing. */
export type AuthListener = (event: AuthEvent) => void;

/** Where events and reasons go. */
export interface AuditOptions {
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  readonly onEvent?: AuthListener | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** Why something is refused. */
export interface Refusal {
  /** What happened, as {@link AuthEvent.type}. */
  readonly type: string;
  readonly tenant: string;
  readonly code: ErrorCode;
  /** A name for the log and for metrics: `state_mismatch`. Becomes `reason` of the error. */
  readonly reason: string;
  /** For the caller's page: what it may know, and what to do. */
  readonly says: string;
  /** For the log alone: which part was wrong. Our own words, never what was sent. */
  readonly detail?: string | undefined;
  /** Default `refused`; `failed` where it is nobody's attack: an issuer that is down. */
  readonly outcome?: 'refused' | 'failed' | undefined;
  /** Happens to honest people all the time, such as a token that ran out: logged as `debug`. Default false. */
  readonly isEveryday?: boolean | undefined;
  readonly subject?: string | undefined;
  readonly facts?: AuthEvent['facts'];
  readonly remedy?: string | undefined;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  /** Kept as the error's non-enumerable `cause`; only one that holds no secret. */
  readonly cause?: unknown;
}

/** Writes events and reasons; gives the errors that callers see. */
export interface Audit {
  /** Logs, tells the listener, and gives the error to throw. */
  refuse(refusal: Refusal): IntegrationError;
  /** Logs and tells the listener, where no caller is to be refused. */
  report(refusal: Omit<Refusal, 'code' | 'says'>): void;
  /** Tells of something that went well. */
  note(event: Omit<AuthEvent, 'at' | 'outcome'>): void;
}

/** Makes it. */
export function createAudit({
  logger = silentLogger,
  onEvent,
  clock = systemClock,
}: AuditOptions = {}): Audit {
  const tell = (event: AuthEvent): void => {
    try {
      onEvent?.(event);
    } catch (error) {
      logger.error('a listener of auth events failed', {
        event: event.type,
        error: error instanceof Error ? error.name : typeof error,
      });
    }
  };
  const report: Audit['report'] = ({
    type,
    tenant,
    reason,
    detail,
    outcome = 'refused',
    subject,
    facts,
    isEveryday,
  }) => {
    const fields: LogFields = {
      tenant,
      reason,
      ...(detail && { detail }),
      ...(subject && { subject }),
      ...facts,
    };
    logger[isEveryday ? 'debug' : outcome === 'refused' ? 'warn' : 'error'](`auth: ${type}`, fields);
    tell({ type, tenant, at: clock.now(), outcome, reason, subject, facts });
  };
  return {
    report,
    refuse(refusal) {
      report(refusal);
      const { says, code, reason, tenant, remedy, status, retryAfterMs, cause } = refusal;
      return new IntegrationError(
        says,
        { code, reason, tenant, remedy, status, retryAfterMs },
        cause === undefined ? undefined : { cause },
      );
    },
    note(event) {
      logger.info(`auth: ${event.type}`, {
        tenant: event.tenant,
        ...(event.subject && { subject: event.subject }),
        ...event.facts,
      });
      tell({ ...event, at: clock.now(), outcome: 'ok' });
    },
  };
}
