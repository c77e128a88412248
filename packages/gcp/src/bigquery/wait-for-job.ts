/** Waiting for what the vendor does by itself. */
import {
  type ClientOf,
  type Clock,
  IntegrationError,
  isIntegrationError,
  sleep,
  systemClock,
} from '@im/core';
import type { bigquery } from './bigquery.ts';
import { bigqueryErrors } from './errors.ts';
import type { Job, JobRef } from './model/jobs.ts';

/** The operation that waiting needs: a client of BigQuery has it. */
export type JobClient = Pick<ClientOf<typeof bigquery>, 'getJob'>;

/** How a job is waited for. */
export interface WaitOptions {
  /** Ends the wait at once, not the job: its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait at most. Default: until the job ends, which the vendor sees to within six hours. */
  readonly timeoutMs?: number | undefined;
  /** Told how far the job is, each time it was asked for. */
  readonly onProgress?: ((job: Job) => void) | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** Half a second at first, then ever longer. */
const pauses = { firstMs: 500, mostMs: 30_000, factor: 1.5 } as const;

/**
 * Asks for a job until it has ended.
 *
 * @returns the job as it ended
 * @throws {@link IntegrationError} what the vendor's word on a job that failed means (`invalid_argument` for `invalidQuery`);
 * `deadline_exceeded` when `timeoutMs` are over; what asking throws, unless it passes by itself; the signal's reason
 */
export async function waitForJob(client: JobClient, job: JobRef, options: WaitOptions = {}): Promise<Job> {
  const { signal, timeoutMs = Number.POSITIVE_INFINITY, onProgress, clock = systemClock } = options;
  const giveUpAt = clock.now() + timeoutMs;
  let pause: number = pauses.firstMs;
  while (true) {
    const now = await look(client, job, signal);
    if (now !== undefined) {
      onProgress?.(now);
      if (now.error !== undefined) throw jobError(now);
      if (now.state === 'done') return now;
    }
    const left = giveUpAt - clock.now();
    if (left <= 0)
      throw new IntegrationError(`the job ${job.jobId} has not ended within ${timeoutMs} ms`, {
        code: 'deadline_exceeded',
        provider: 'gcp-bigquery',
        remedy: 'wait for it again, or cancel it: it goes on by itself',
      });
    await sleep(clock, Math.min(pause, left), signal);
    pause = Math.min(pause * pauses.factor, pauses.mostMs);
  }
}

/** @returns `undefined` where the question failed in a way that passes by itself: the job goes on all the same */
async function look(
  client: JobClient,
  job: JobRef,
  signal: AbortSignal | undefined,
): Promise<Job | undefined> {
  try {
    return await client.getJob(job, { signal });
  } catch (error) {
    if (signal?.aborted !== true && isIntegrationError(error) && error.retryable) return undefined;
    throw error;
  }
}

/** What a job that failed throws. @throws TypeError for one that has not failed */
export function jobError({ jobId, error, type }: Job): IntegrationError {
  if (error === undefined) throw new TypeError(`the job ${jobId} has not failed`);
  const { reason, message, location } = error;
  const row = bigqueryErrors.rows.find((one) =>
    typeof one.reason === 'object' ? one.reason.test(reason) : one.reason === reason,
  );
  const place = location === undefined ? '' : ` at ${location}`;
  return new IntegrationError(`the ${type} job ${jobId} failed${place}: ${message.slice(0, 300)}`, {
    code: row?.code ?? 'unknown',
    provider: 'gcp-bigquery',
    reason,
    remedy: row?.remedy,
  });
}
