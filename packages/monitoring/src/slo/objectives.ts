/** What was promised: objectives as data, and which of them holds for an integration. */
import { type ErrorCode, errorCodes, latencyBoundsMs, type Registry } from '@im/core';
import { z } from 'zod';

/**
 * Codes of failures that count against an integration by default: the service was not there or did not do its part. Refused input, missing
 * permissions and cancelled calls are the caller's.
 */
export const badCodes: readonly ErrorCode[] = [
  'unavailable',
  'deadline_exceeded',
  'resource_exhausted',
  'internal',
  'unknown',
];

const share = z.number().gt(0).lt(1);

/** One objective; everything but what it applies to has a default. */
export const objective = z.strictObject({
  tenant: z.string().optional().describe('tenant it holds for; absent: all'),
  integration: z.string().optional().describe('name of the registration it holds for; absent: all'),
  availability: share.optional().describe('share of calls that must not fail: 0.999'),
  latency: z
    .strictObject({
      thresholdMs: z
        .number()
        .refine(
          (bound) => latencyBoundsMs.includes(bound),
          `is none of the bounds of the histogram: ${latencyBoundsMs.join(', ')}`,
        )
        .describe('milliseconds that a call may take; one of the bounds of the histogram'),
      target: share.describe('share of calls that must be as fast: 0.99'),
    })
    .optional(),
  windowDays: z
    .union([z.literal(28), z.literal(30)])
    .optional()
    .describe('days of the rolling window, today included; default 30'),
  badCodes: z.array(z.enum(errorCodes)).min(1).optional().describe('codes of failures that count'),
});

/** A list of objectives. Later ones win over earlier ones, field by field; those that name more do not win by that. */
export const objectives = z.array(objective);

/** An objective as it is written. */
export type ObjectiveInput = z.input<typeof objective>;

/** What holds for one integration. */
export interface Objective {
  /** Share of calls that must not fail. Absent: none was promised. */
  readonly availability?: number | undefined;
  readonly latency?: { readonly thresholdMs: number; readonly target: number } | undefined;
  /** Days of the rolling window. */
  readonly windowDays: number;
  readonly badCodes: readonly ErrorCode[];
}

/** Gives the objective of an integration: the tenant's `slaTarget` first, then the list in its order. */
export function objectivesFor(
  registry: Pick<Registry, 'tenant'>,
  list: readonly ObjectiveInput[],
): (tenant: string, integration: string) => Objective {
  return (tenant, integration) => {
    let found: Objective = {
      availability: registry.tenant(tenant).settings.slaTarget,
      windowDays: 30,
      badCodes,
    };
    for (const one of list) {
      if ((one.tenant ?? tenant) !== tenant || (one.integration ?? integration) !== integration) continue;
      const given = Object.entries(one).filter(([, value]) => value !== undefined);
      found = { ...found, ...Object.fromEntries(given) };
    }
    const { availability, latency, windowDays, badCodes: codes } = found;
    return { availability, latency, windowDays, badCodes: codes };
  };
}
