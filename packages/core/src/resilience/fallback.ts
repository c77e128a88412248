import { type ErrorCode, type IntegrationError, isIntegrationError } from '../errors.ts';

/** What to do instead, and when. */
export interface Fallback<Result> {
  /** Codes that it stands in for. Default: `unavailable`, `deadline_exceeded`, `resource_exhausted`. */
  readonly on?: readonly ErrorCode[] | undefined;
  /** Gives the answer instead; what it throws is thrown. */
  readonly use: (error: IntegrationError) => Result | Promise<Result>;
}

const defaultCodes: readonly ErrorCode[] = ['unavailable', 'deadline_exceeded', 'resource_exhausted'];

/**
 * Runs `call` and, when it fails in a way that `fallback` stands in for, gives its answer instead:
 *
 * ```ts
 * const track = await withFallback(() => spotify.getTrack(id), { use: () => cache.get(id) });
 * ```
 *
 * A fallback is code, so it is no option of the pipeline, which is data. It stands outside of it: every retry was made
 * before. An abort, and a failure that may have had an effect (`effect: 'unknown'`), pass through: doing the work
 * another way could do it twice.
 */
export async function withFallback<Result>(
  call: () => Promise<Result>,
  fallback: Fallback<Result>,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    const standsIn =
      isIntegrationError(error) &&
      error.effect === 'none' &&
      (fallback.on ?? defaultCodes).includes(error.code);
    if (!standsIn) throw error;
    return fallback.use(error);
  }
}
