/** Routes, inhibitions and silences as data. */
import { ConfigurationError, parseOptions } from '@im/core';
import { z } from 'zod';
import { duration } from '../slo/duration.ts';
import { match } from './match.ts';

const name = z.string().min(1);

const route = z.strictObject({
  name: name.describe('unique; groups of alerts belong to it'),
  match: match.default({}).describe('which alerts; the first route that fits has them'),
  groupBy: z
    .array(z.string())
    .default(['alert', 'tenant'])
    .describe('labels by which alerts are told together'),
  groupWait: duration.prefault('30s').describe('how long a new group waits for more of its kind'),
  groupInterval: duration.prefault('5m').describe('least time between two messages of a group'),
  repeatInterval: duration
    .prefault('4h')
    .describe('after which a group is told again that nobody acknowledged'),
  steps: z
    .array(
      z.strictObject({
        after: duration.prefault('0s').describe('time since the first message without an acknowledgement'),
        channels: z.array(name).min(1),
      }),
    )
    .min(1)
    .describe('who is told first, and who next when nobody acknowledges'),
});

const inhibition = z.strictObject({
  source: match.describe('while one of these fires'),
  target: match.describe('none of these is told'),
  equal: z.array(z.string()).default([]).describe('labels that both must have alike'),
});

/** A silence as it is asked for. */
export const silenceRequest = z
  .strictObject({
    match: match
      .refine((wanted) => Object.keys(wanted).length > 0, 'would silence everything')
      .describe('which alerts'),
    from: z.number().int().optional().describe('beginning, milliseconds since 1970; default: now'),
    to: z.number().int().describe('end'),
    by: name.describe('who'),
    why: name.describe('why'),
  })
  .refine(({ from, to }) => from === undefined || from < to, 'ends before it begins');

/** Who is told what, and when. */
export type Route = z.output<typeof route>;
/** A {@link Route} as it is written; times as text, `5m`. */
export type RouteInput = z.input<typeof route>;
/** While one alert fires, others need not be told. */
export type Inhibition = z.output<typeof inhibition>;
/** An {@link Inhibition} as it is written. */
export type InhibitionInput = z.input<typeof inhibition>;
/** What {@link silenceRequest} takes. */
export type SilenceRequest = z.input<typeof silenceRequest>;

const schema = z.object({ routes: z.array(route).min(1), inhibitions: z.array(inhibition) });

/** Checks them. @throws {@link ConfigurationError} with every fault; channels that do not exist are faults */
export function parseRouting(
  raw: { readonly routes: readonly RouteInput[]; readonly inhibitions: readonly InhibitionInput[] },
  channels: readonly string[],
): z.output<typeof schema> {
  const checked = parseOptions({ id: 'alerts', options: schema }, raw);
  const faults = checked.routes.flatMap((one, index) => [
    ...(checked.routes.findIndex((other) => other.name === one.name) < index
      ? [{ path: `routes[${index}].name`, says: 'is the name of an earlier route', remedy: 'give another' }]
      : []),
    ...one.steps.flatMap((step, number) =>
      step.channels
        .filter((channel) => !channels.includes(channel))
        .map((channel) => ({
          path: `routes[${index}].steps[${number}].channels`,
          says: `names ${JSON.stringify(channel)}, which is no channel`,
          remedy: `use one of ${channels.join(', ') || 'none: give channels first'}`,
        })),
    ),
  ]);
  if (faults.length > 0) throw new ConfigurationError(faults, { subject: 'alert routes' });
  return checked;
}
