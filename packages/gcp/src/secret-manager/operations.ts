/** The operations of Secret Manager: https://cloud.google.com/secret-manager/docs/reference/rest */
import { type Call, idempotent, type OperationNotes, pages, read, type Secret, unsafe } from '@im/core';
import { fromPageToken, none, pageTokenPage } from '@im/http';
import { pageQuery, toBase64 } from '../common/fields.ts';
import type { GoogleConnection } from '../common/http.ts';
import { changed, removed } from '../common/repeat.ts';
import { checkId, invalid } from '../common/resource.ts';
import { createRest } from '../common/rest.ts';
import { isAsWanted } from '../common/wanted.ts';
import type {
  EtagCondition,
  NewSecret,
  SecretChanges,
  SecretFilter,
  SecretVersion,
  SecretVersionState,
} from './model.ts';
import { secretNames, secretRule } from './names.ts';
import { toChanges, toNewSecret } from './settings.ts';
import { wireAccess, wireSecret, wireSecrets, wireVersion, wireVersions } from './wire.ts';

/** The vendor's limit for what a version holds, in bytes. */
const mostBytes = 65_536;
/** Items of a page; the vendor allows as many as 25,000. */
const mostItems = 250;

const reference = 'https://cloud.google.com/secret-manager/docs/reference/rest/v1';

/** @param method path below `projects.secrets`: `versions/access` */
function notes(method: string, ...permissions: readonly string[]): OperationNotes {
  const docs = method.startsWith('versions/')
    ? `${reference}/projects.secrets.${method}`
    : `${reference}/projects.secrets/${method}`;
  return { docs, scopes: permissions.map((permission) => `secretmanager.${permission}`) };
}

/** What the verbs on a version are called, and what each leads to. A version with a delay is only disabled at first. */
const verbs = {
  enable: ['enabled'],
  disable: ['disabled'],
  destroy: ['destroyed', 'disabled'],
} as const satisfies Record<string, readonly SecretVersionState[]>;

export function secretManagerOperations({ http, auth }: GoogleConnection, location: string | undefined) {
  const rest = createRest(http);
  const names = secretNames(auth.projectId, location);

  const setState = async (
    verb: keyof typeof verbs,
    secret: string,
    version: string,
    condition: EtagCondition | undefined,
    call: Call,
  ): Promise<SecretVersion> => {
    const name = await names.version(secret, version, call);
    const json = { etag: condition?.etag };
    return changed(
      call,
      rest.post(name, `:${verb}`, wireVersion, call, { json }),
      () => rest.get(name, '', wireVersion, call),
      ({ state }) => verbs[verb].some((wanted) => wanted === state),
    );
  };

  return {
    /**
     * What a version holds. `secret` is an id, or a whole name of a secret or of a version; `version` a number, an alias, or
     * `latest`, the default. A version that is not enabled is refused with `failed_precondition`.
     */
    accessSecretVersion: read(
      async (secret: string, version: string | undefined, call: Call) =>
        rest.get(await names.version(secret, version, call), ':access', wireAccess, call),
      notes('versions/access', 'versions.access'),
    ),
    /** Adds a version, which becomes the latest one. At most 65,536 bytes; text is stored as UTF-8. */
    addSecretVersion: unsafe(
      async (secret: string, payload: Secret | string | Uint8Array, call: Call) => {
        const data = toBase64(bytesOf(payload));
        const name = await names.secret(secret, call);
        return rest.post(name, ':addVersion', wireVersion, call, { json: { payload: { data } } });
      },
      notes('addVersion', 'versions.add'),
    ),
    /** Makes a secret without a version. `already_exists` where there is one of this id. */
    createSecret: unsafe(
      async (secretId: string, settings: NewSecret | undefined, call: Call) => {
        checkId(secretRule, secretId);
        const json = toNewSecret(settings ?? {}, location);
        const query = { secretId };
        return rest.post(await names.parent(call), '/secrets', wireSecret, call, { json, query });
      },
      notes('create', 'secrets.create'),
    ),
    /** What is known of a secret, without what it holds. */
    getSecret: read(
      async (secret: string, call: Call) => rest.get(await names.secret(secret, call), '', wireSecret, call),
      notes('get', 'secrets.get'),
    ),
    /** Changes settings; what is left out stays, `null` takes it away. */
    updateSecret: idempotent(
      async (secret: string, changes: SecretChanges, condition: EtagCondition | undefined, call: Call) => {
        const { body, updateMask } = toChanges(changes);
        const name = await names.secret(secret, call);
        const json = { ...body, etag: condition?.etag };
        const current = () => rest.get(name, '', wireSecret, call);
        return changed(
          call,
          rest.patch(name, '', wireSecret, call, { json, query: { updateMask } }),
          current,
          // A time to live comes back as an instant.
          (now) => isAsWanted(changes, now, ['ttlSeconds']),
        );
      },
      notes('patch', 'secrets.update'),
    ),
    /** Deletes a secret and all of its versions, for good. */
    deleteSecret: idempotent(
      async (secret: string, condition: EtagCondition | undefined, call: Call): Promise<void> => {
        const name = await names.secret(secret, call);
        await removed(call, rest.delete(name, '', none, call, { query: { etag: condition?.etag } }));
      },
      notes('delete', 'secrets.delete'),
    ),
    /** The secrets of the project, newest first. */
    listSecrets: pages(
      read(
        async (filter: SecretFilter | undefined, call: Call) => {
          const query = { ...pageQuery(call, mostItems, fromPageToken(call)), filter: filter?.filter };
          const wire = await rest.get(await names.parent(call), '/secrets', wireSecrets, call, { query });
          return pageTokenPage(wire.secrets, wire.nextPageToken, wire.totalSize || undefined);
        },
        notes('list', 'secrets.list'),
      ),
    ),
    /** A version, without what it holds. `version` as in `accessSecretVersion`. */
    getSecretVersion: read(
      async (secret: string, version: string | undefined, call: Call) =>
        rest.get(await names.version(secret, version, call), '', wireVersion, call),
      notes('versions/get', 'versions.get'),
    ),
    /** The versions of a secret, newest first, destroyed ones too. */
    listSecretVersions: pages(
      read(
        async (secret: string, filter: SecretFilter | undefined, call: Call) => {
          const query = { ...pageQuery(call, mostItems, fromPageToken(call)), filter: filter?.filter };
          const name = await names.secret(secret, call);
          const wire = await rest.get(name, '/versions', wireVersions, call, { query });
          return pageTokenPage(wire.versions, wire.nextPageToken, wire.totalSize || undefined);
        },
        notes('versions/list', 'versions.list'),
      ),
    ),
    /** Lets a version be read again. */
    enableSecretVersion: idempotent(
      (secret: string, version: string, condition: EtagCondition | undefined, call: Call) =>
        setState('enable', secret, version, condition, call),
      notes('versions/enable', 'versions.enable'),
    ),
    /** Keeps a version from being read, for now. */
    disableSecretVersion: idempotent(
      (secret: string, version: string, condition: EtagCondition | undefined, call: Call) =>
        setState('disable', secret, version, condition, call),
      notes('versions/disable', 'versions.disable'),
    ),
    /** Destroys what a version holds, for good; after `destroyDelaySeconds` where the secret has them. */
    destroySecretVersion: idempotent(
      (secret: string, version: string, condition: EtagCondition | undefined, call: Call) =>
        setState('destroy', secret, version, condition, call),
      notes('versions/destroy', 'versions.destroy'),
    ),
  };
}

function bytesOf(payload: Secret | string | Uint8Array): Uint8Array {
  const given = typeof payload === 'object' && 'reveal' in payload ? payload.reveal() : payload;
  const bytes = typeof given === 'string' ? Buffer.from(given) : given;
  if (bytes.byteLength <= mostBytes) return bytes;
  throw invalid(`a version holds ${mostBytes} bytes at most, not ${bytes.byteLength}`);
}
