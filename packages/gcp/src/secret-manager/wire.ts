/** Secret Manager's JSON: https://cloud.google.com/secret-manager/docs/reference/rest */
import { SecretBytes } from '@im/core';
import { z } from 'zod';
import { listOf, maybe, maybeNumber, maybeText, textMap, toSeconds, wireBytes } from '../common/fields.ts';
import { lastPart } from '../common/resource.ts';
import type { AccessedSecret, SecretInfo, SecretVersion, SecretVersionState } from './model.ts';

const wireReplication = maybe(
  z.object({
    userManaged: maybe(z.object({ replicas: listOf(z.object({ location: z.string() })) })),
  }),
);

export const wireSecret = z
  .object({
    name: z.string(),
    labels: textMap,
    annotations: textMap,
    replication: wireReplication,
    createTime: maybeText,
    expireTime: maybeText,
    rotation: maybe(z.object({ nextRotationTime: maybeText, rotationPeriod: maybeText })),
    topics: listOf(z.object({ name: z.string() })),
    versionAliases: z
      .record(z.string(), z.union([z.string(), z.number()]).transform(String))
      .nullish()
      .transform((value) => value ?? {}),
    versionDestroyTtl: maybeText,
    etag: maybeText,
  })
  .transform(
    (wire): SecretInfo => ({
      name: wire.name,
      id: lastPart(wire.name),
      labels: wire.labels,
      annotations: wire.annotations,
      replicas: wire.replication?.userManaged?.replicas.map(({ location }) => location),
      createdAt: wire.createTime,
      expiresAt: wire.expireTime,
      rotation: wire.rotation && {
        nextAt: wire.rotation.nextRotationTime,
        everySeconds: toSeconds(wire.rotation.rotationPeriod),
      },
      topics: wire.topics.map(({ name }) => name),
      versionAliases: wire.versionAliases,
      destroyDelaySeconds: toSeconds(wire.versionDestroyTtl),
      etag: wire.etag,
    }),
  );

const states: Readonly<Record<string, SecretVersionState>> = {
  ENABLED: 'enabled',
  DISABLED: 'disabled',
  DESTROYED: 'destroyed',
};

export const wireVersion = z
  .object({
    name: z.string(),
    state: maybeText,
    createTime: maybeText,
    destroyTime: maybeText,
    scheduledDestroyTime: maybeText,
    etag: maybeText,
  })
  .transform(
    (wire): SecretVersion => ({
      name: wire.name,
      version: lastPart(wire.name),
      state: states[wire.state ?? ''] ?? 'unknown',
      createdAt: wire.createTime,
      destroyedAt: wire.destroyTime,
      destroyScheduledAt: wire.scheduledDestroyTime,
      etag: wire.etag,
    }),
  );

export const wireAccess = z.object({ name: z.string(), payload: z.object({ data: wireBytes }) }).transform(
  ({ name, payload }): AccessedSecret => ({
    name,
    version: lastPart(name),
    payload: new SecretBytes(payload.data),
  }),
);

export const wireSecrets = z.object({
  secrets: listOf(wireSecret),
  nextPageToken: maybeText,
  totalSize: maybeNumber,
});

export const wireVersions = z.object({
  versions: listOf(wireVersion),
  nextPageToken: maybeText,
  totalSize: maybeNumber,
});
