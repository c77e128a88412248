/** Settings of a secret, checked and in the vendor's spelling. */
import { checkRange, fromSeconds } from '../common/fields.ts';
import { invalid } from '../common/resource.ts';
import type { NewSecret, SecretChanges, SecretSettings } from './model.ts';

const hundredYears = 3_153_600_000;
const mostTopics = 10;

/** Field of ours → field of the vendor's mask. */
const fields = {
  labels: 'labels',
  annotations: 'annotations',
  expiresAt: 'expireTime',
  ttlSeconds: 'ttl',
  rotation: 'rotation',
  topics: 'topics',
  versionAliases: 'versionAliases',
  destroyDelaySeconds: 'versionDestroyTtl',
} as const satisfies Record<keyof SecretSettings, string>;

/**
 * The body of `secrets.create`.
 *
 * @see {@link https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets#Secret | Secret Manager: Secret}
 * @throws `VendorError` `invalid_argument`
 */
export function toNewSecret(secret: NewSecret, location: string | undefined): object {
  const { replicas, kmsKeyName } = secret;
  if (location !== undefined && replicas !== undefined)
    throw invalid(`a regional secret stays in ${location}; leave \`replicas\` out`);
  if (replicas !== undefined && kmsKeyName !== undefined)
    throw invalid('one key cannot serve several locations; give `replicas` or `kmsKeyName`');
  if (replicas?.length === 0) throw invalid('replicas is empty; give a location, or leave it out');
  const encryption = kmsKeyName === undefined ? undefined : { kmsKeyName };
  if (location !== undefined) return { ...toSettings(secret), customerManagedEncryption: encryption };
  const replication =
    replicas === undefined
      ? { automatic: encryption === undefined ? {} : { customerManagedEncryption: encryption } }
      : { userManaged: { replicas: replicas.map((one) => ({ location: one })) } };
  return { ...toSettings(secret), replication };
}

/**
 * Body and mask of `secrets.patch`.
 *
 * @throws `VendorError` `invalid_argument`, also where nothing is changed
 */
export function toChanges(changes: SecretChanges): { readonly body: object; readonly updateMask: string } {
  const names = (Object.keys(fields) as (keyof SecretSettings)[]).filter(
    (name) => changes[name] !== undefined,
  );
  if (names.length === 0) throw invalid(`nothing to change; give one of ${Object.keys(fields).join(', ')}`);
  const kept = Object.fromEntries(names.map((name) => [name, changes[name] ?? undefined]));
  return { body: toSettings(kept), updateMask: names.map((name) => fields[name]).join(',') };
}

function toSettings(settings: SecretSettings): object {
  const { expiresAt, ttlSeconds, rotation, topics, destroyDelaySeconds } = settings;
  if (expiresAt !== undefined && ttlSeconds !== undefined)
    throw invalid('both expiresAt and ttlSeconds say when it ends; give one');
  if (rotation?.everySeconds !== undefined) {
    checkRange('rotation.everySeconds', rotation.everySeconds, 3_600, hundredYears);
    if (rotation.nextAt === undefined) throw invalid('rotation.everySeconds needs rotation.nextAt');
  }
  if (ttlSeconds !== undefined) checkRange('ttlSeconds', ttlSeconds, 1, hundredYears);
  if (destroyDelaySeconds !== undefined)
    checkRange('destroyDelaySeconds', destroyDelaySeconds, 86_400, 86_400_000);
  if (topics !== undefined && topics.length > mostTopics)
    throw invalid(`a secret has ${mostTopics} topics at most, not ${topics.length}`);
  for (const [what, time] of [
    ['expiresAt', expiresAt],
    ['rotation.nextAt', rotation?.nextAt],
  ] as const) {
    if (time !== undefined && Number.isNaN(Date.parse(time)))
      throw invalid(
        `${what} is ${JSON.stringify(time)}; give a time by RFC 3339, such as 2030-01-31T12:00:00Z`,
      );
  }
  return {
    labels: settings.labels,
    annotations: settings.annotations,
    expireTime: expiresAt,
    ttl: fromSeconds(ttlSeconds),
    rotation: rotation && {
      nextRotationTime: rotation.nextAt,
      rotationPeriod: fromSeconds(rotation.everySeconds),
    },
    topics: topics?.map((name) => ({ name })),
    versionAliases: settings.versionAliases,
    versionDestroyTtl: fromSeconds(destroyDelaySeconds),
  };
}
