import { z } from 'zod';
import { googleOptions } from './common/options.ts';

/** Options of `@im/gcp` itself: those that all services share. With `baseUrl`, a service's name is the first part of the path. */
export const gcpOptions = z.strictObject(googleOptions);

/** Options as an application writes them. */
export type GcpOptions = z.input<typeof gcpOptions>;
