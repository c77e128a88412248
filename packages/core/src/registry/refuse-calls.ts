import { IntegrationError } from '../errors.ts';
import type { Condition } from './condition.ts';
import type { Entry } from './entry.ts';
import { refusing } from './status-machine.ts';

/** Refuses calls in states that take none. @throws IntegrationError `unavailable`, which waiting does not mend */
export function refuseCalls(entry: Entry, condition: Condition): void {
  const { status } = condition;
  const isClosed = entry.host.closing.aborted;
  if (!isClosed && !refusing.has(status)) return;
  const why = isClosed ? 'the registry is closed' : condition.reasons()[0]?.says;
  const shown = `${entry.shown} is ${isClosed ? 'stopped' : status}`;
  throw new IntegrationError(why === undefined ? shown : `${shown} (${why})`, {
    ...entry.names,
    code: 'unavailable',
    retryable: false,
    remedy: status === 'disabled' && !isClosed ? 'enable it' : undefined,
  });
}
