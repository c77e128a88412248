/** From Cloud Storage's JSON to what the operations give, and back. */
import type { GcsAttributes, GcsBucket, GcsListEntry, GcsObject, GcsRetention } from './model.ts';
import type { WireBucket, WireObject } from './wire.ts';

/** Leaves out what is null or undefined. */
type Present<Value> = { [Key in keyof Value]?: NonNullable<Value[Key]> };
function present<Value extends object>(value: Value): Present<Value> {
  const kept: Present<Value> = {};
  for (const key in value) {
    const one = value[key];
    if (one !== undefined && one !== null) kept[key] = one;
  }
  return kept;
}

export function toObject(wire: WireObject): GcsObject {
  const { contentEncoding, cacheControl, contentDisposition, contentLanguage, componentCount } = wire;
  return {
    name: wire.name,
    generation: wire.generation,
    metageneration: wire.metageneration,
    size: Number(wire.size),
    contentType: wire.contentType ?? 'application/octet-stream',
    storageClass: wire.storageClass ?? 'STANDARD',
    createdAt: Date.parse(wire.timeCreated),
    metadata: wire.metadata ?? {},
    temporaryHold: wire.temporaryHold ?? false,
    eventBasedHold: wire.eventBasedHold ?? false,
    ...present({
      ...{ contentEncoding, cacheControl, contentDisposition, contentLanguage, componentCount },
      deletedAt: wire.timeDeleted ? Date.parse(wire.timeDeleted) : undefined,
      md5: wire.md5Hash,
      crc32c: wire.crc32c,
      retention: toRetention(wire.retention),
    }),
  };
}

function toRetention(wire: WireObject['retention']): GcsRetention | undefined {
  if (!wire?.retainUntilTime) return undefined;
  return {
    mode: wire.mode === 'Locked' ? 'Locked' : 'Unlocked',
    retainUntil: Date.parse(wire.retainUntilTime),
  };
}

/** Attributes as a request has them; what is undefined is left out, and what is null ends. */
export function fromAttributes({ retention, ...attributes }: GcsAttributes): Record<string, unknown> {
  if (retention === undefined) return attributes;
  return {
    ...attributes,
    retention: retention && {
      mode: retention.mode,
      retainUntilTime: new Date(retention.retainUntil).toISOString(),
    },
  };
}

export function toBucket(wire: WireBucket): GcsBucket {
  return {
    name: wire.name,
    location: wire.location ?? '',
    storageClass: wire.storageClass ?? 'STANDARD',
    createdAt: Date.parse(wire.timeCreated),
    versioning: wire.versioning?.enabled ?? false,
    objectRetention: wire.objectRetention?.mode === 'Enabled',
    softDeleteSeconds: Number(wire.softDeletePolicy?.retentionDurationSeconds ?? 0),
  };
}

/** Objects and shared prefixes come apart, each in order; a reader wants one order. */
export function mergeEntries(
  objects: readonly GcsObject[],
  prefixes: readonly string[],
  compare: (a: string, b: string) => number,
): GcsListEntry[] {
  const entries: GcsListEntry[] = [];
  let next = 0;
  for (const object of objects) {
    for (; next < prefixes.length && compare(prefixes[next] ?? '', object.name) < 0; next += 1)
      entries.push({ kind: 'prefix', name: prefixes[next] ?? '' });
    entries.push({ kind: 'object', object });
  }
  for (const name of prefixes.slice(next)) entries.push({ kind: 'prefix', name });
  return entries;
}
