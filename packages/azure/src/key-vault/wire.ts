/** Secrets in the vendor's JSON, as far as we read it: https://learn.microsoft.com/rest/api/keyvault/secrets */
import { Secret } from '@im/core';
import { z } from 'zod';
import type {
  DeletedSecret,
  Deletion,
  SecretProperties,
  SecretSettings,
  SecretValue,
  VaultProperties,
  VaultSettings,
} from './model.ts';
import { namesOfId } from './names.ts';

/** A field that may be absent or null; both read as `undefined`. */
export const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

export const maybeText = maybe(z.string());
const maybeFlag = maybe(z.boolean());
const maybeNumber = maybe(z.number());
const maybeSeconds = maybe(z.number().transform((seconds) => seconds * 1_000));

/** Members that secrets and keys have in common. */
export const wireCommon = {
  attributes: maybe(
    z.object({
      enabled: maybeFlag,
      nbf: maybeSeconds,
      exp: maybeSeconds,
      created: maybeSeconds,
      updated: maybeSeconds,
      recoveryLevel: maybeText,
      recoverableDays: maybeNumber,
    }),
  ),
  tags: maybe(z.record(z.string(), z.string())),
  managed: maybeFlag,
};
type WireCommon = z.output<z.ZodObject<typeof wireCommon>>;

/** Members of what was deleted. */
export const wireDeletion = {
  recoveryId: maybeText,
  deletedDate: maybeSeconds,
  scheduledPurgeDate: maybeSeconds,
};

export function toProperties(id: string, { attributes, tags, managed }: WireCommon): VaultProperties {
  return {
    id,
    ...namesOfId(id),
    enabled: attributes?.enabled ?? true,
    notBefore: attributes?.nbf,
    expiresAt: attributes?.exp,
    createdAt: attributes?.created,
    updatedAt: attributes?.updated,
    tags: tags ?? {},
    managed: managed ?? false,
    recoveryLevel: attributes?.recoveryLevel,
    recoverableDays: attributes?.recoverableDays,
  };
}

export function toDeletion(wire: z.output<z.ZodObject<typeof wireDeletion>>): Deletion {
  return {
    recoveryId: wire.recoveryId,
    deletedAt: wire.deletedDate,
    purgeAt: wire.scheduledPurgeDate,
  };
}

const secretMembers = { id: z.string(), contentType: maybeText, kid: maybeText, ...wireCommon };
type WireSecret = z.output<z.ZodObject<typeof secretMembers>>;

const toSecret = (wire: WireSecret): SecretProperties => ({
  ...toProperties(wire.id, wire),
  contentType: wire.contentType,
  keyId: wire.kid,
});

export const wireSecret = z.object(secretMembers).transform(toSecret);

export const wireSecretValue = z
  .object({ ...secretMembers, value: z.string() })
  .transform((wire): SecretValue => ({ ...toSecret(wire), value: new Secret(wire.value) }));

export const wireDeletedSecret = z
  .object({ ...secretMembers, ...wireDeletion })
  .transform((wire): DeletedSecret => ({ ...toSecret(wire), ...toDeletion(wire) }));

/** One page of a list. */
export const wireList = <Schema extends z.ZodType>(item: Schema) =>
  z.object({
    value: z
      .array(item)
      .nullish()
      .transform((value) => value ?? []),
    nextLink: maybeText,
  });

/** A backup: bytes that only the service can read, in base64url. */
export const wireBackup = z.object({ value: z.string() }).transform(({ value }) => new Secret(value));

/** Settings in the vendor's spelling. */
export function fromSettings({ enabled, notBefore, expiresAt, tags }: VaultSettings) {
  const attributes = { enabled, nbf: toSeconds(notBefore), exp: toSeconds(expiresAt) };
  const isSet = Object.values(attributes).some((value) => value !== undefined);
  return { attributes: isSet ? attributes : undefined, tags };
}

export function fromSecretSettings(settings: SecretSettings) {
  return { ...fromSettings(settings), contentType: settings.contentType };
}

function toSeconds(at: number | undefined): number | undefined {
  return at === undefined ? undefined : Math.trunc(at / 1_000);
}
