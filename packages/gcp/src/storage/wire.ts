/** Cloud Storage's JSON, in its own spelling, as far as we use it: https://cloud.google.com/storage/docs/json_api/v1 */
import { z } from 'zod';

/** int64 and uint64 travel as text. */
const whole = z.string().regex(/^\d+$/);
const optional = <Schema extends z.ZodType>(schema: Schema) => schema.nullish();

/** https://cloud.google.com/storage/docs/json_api/v1/objects#resource */
export const wireObject = z.object({
  name: z.string(),
  generation: whole,
  metageneration: whole,
  size: whole,
  contentType: optional(z.string()),
  contentEncoding: optional(z.string()),
  cacheControl: optional(z.string()),
  contentDisposition: optional(z.string()),
  contentLanguage: optional(z.string()),
  storageClass: optional(z.string()),
  timeCreated: z.string(),
  timeDeleted: optional(z.string()),
  md5Hash: optional(z.string()),
  crc32c: optional(z.string()),
  componentCount: optional(z.number()),
  metadata: optional(z.record(z.string(), z.string())),
  temporaryHold: optional(z.boolean()),
  eventBasedHold: optional(z.boolean()),
  retention: optional(z.object({ mode: optional(z.string()), retainUntilTime: optional(z.string()) })),
});
export type WireObject = z.output<typeof wireObject>;

/** The names above, for the parameter `fields`: what is not read is not sent. */
export const objectFields = Object.keys(wireObject.shape).join(',');

/** https://cloud.google.com/storage/docs/json_api/v1/objects/list */
export const wireObjects = z.object({
  items: optional(z.array(wireObject)),
  prefixes: optional(z.array(z.string())),
  nextPageToken: optional(z.string()),
});
export const listFields = `items(${objectFields}),prefixes,nextPageToken`;

/** https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite */
export const wireRewrite = z.object({
  done: z.boolean(),
  rewriteToken: optional(z.string()),
  totalBytesRewritten: whole,
  objectSize: whole,
  resource: optional(wireObject),
});
export const rewriteFields = `done,rewriteToken,totalBytesRewritten,objectSize,resource(${objectFields})`;

/** https://cloud.google.com/storage/docs/json_api/v1/buckets#resource */
export const wireBucket = z.object({
  name: z.string(),
  location: optional(z.string()),
  locationType: optional(z.string()),
  storageClass: optional(z.string()),
  timeCreated: z.string(),
  metageneration: whole,
  versioning: optional(z.object({ enabled: optional(z.boolean()) })),
  objectRetention: optional(z.object({ mode: optional(z.string()) })),
  softDeletePolicy: optional(z.object({ retentionDurationSeconds: optional(whole) })),
});
export type WireBucket = z.output<typeof wireBucket>;
export const bucketFields = Object.keys(wireBucket.shape).join(',');

export const wireBuckets = z.object({
  items: optional(z.array(wireBucket)),
  nextPageToken: optional(z.string()),
});
