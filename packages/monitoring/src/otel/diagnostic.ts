import { createContextKey } from '@opentelemetry/api';

/**
 * Set in the context while the SDK's own complaints are logged: those lines do not become log records, since a collector that is not there would
 * be sent the news of its absence for ever.
 */
export const isDiagnostic = createContextKey('@im/monitoring diagnostic');
