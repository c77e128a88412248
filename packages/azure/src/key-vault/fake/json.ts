/** Things of the fake in the vendor's JSON, and its errors. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import { publicMembers } from './material.ts';
import {
  type FakeKeyVersion,
  type FakeSecretVersion,
  type FakeThing,
  type FakeVersion,
  recoverableDays,
} from './world.ts';

/** An error as the vault words it. */
export function vaultError(status: number, code: string, message: string, inner?: string): FakeResponse {
  return {
    status,
    json: { error: { code, message, ...(inner !== undefined && { innererror: { code: inner } }) } },
  };
}

/** The vault's URL, as ids begin with it. */
export function originOf({ headers }: FakeRequest): string {
  return `http://${headers.host}`;
}

function commonJson({ enabled, nbf, exp, created, updated, tags }: FakeVersion) {
  return {
    attributes: {
      enabled,
      ...(nbf !== undefined && { nbf }),
      ...(exp !== undefined && { exp }),
      created,
      updated,
      recoveryLevel: 'Recoverable+Purgeable',
      recoverableDays,
    },
    ...(tags !== undefined && { tags }),
  };
}

/** How one kind is written. */
export interface Render<Version extends FakeVersion> {
  /** One version. */
  whole(origin: string, name: string, version: Version): Readonly<Record<string, unknown>>;
  /** In lists. `version`: absent where a list is of things. */
  item(origin: string, name: string, facts: Version, version?: string): Readonly<Record<string, unknown>>;
}

const idOf = (origin: string, collection: string, name: string, version?: string) =>
  [origin, collection, name, ...(version === undefined ? [] : [version])].join('/');

const remarkOf = ({ contentType }: FakeSecretVersion) => (contentType === undefined ? {} : { contentType });

/** Secrets without their values. */
export const secretRender: Render<FakeSecretVersion> = {
  whole: (origin, name, version) => ({
    id: idOf(origin, 'secrets', name, version.version),
    ...remarkOf(version),
    ...commonJson(version),
  }),
  item: (origin, name, facts, version) => ({
    id: idOf(origin, 'secrets', name, version),
    ...remarkOf(facts),
    ...commonJson(facts),
  }),
};

export const keyRender: Render<FakeKeyVersion> = {
  whole: (origin, name, version) => ({
    key: {
      kid: idOf(origin, 'keys', name, version.version),
      kty: version.type,
      key_ops: version.uses,
      ...publicMembers(version.material()),
    },
    ...commonJson(version),
  }),
  item: (origin, name, facts, version) => ({
    kid: idOf(origin, 'keys', name, version),
    ...commonJson(facts),
  }),
};

/** What a deleted thing has beside. */
export function deletionJson(
  origin: string,
  collection: string,
  { name, deleted }: Pick<FakeThing<FakeVersion>, 'name' | 'deleted'>,
) {
  return {
    recoveryId: `${origin}/deleted${collection}/${name}`,
    ...(deleted && { deletedDate: deleted.at, scheduledPurgeDate: deleted.purgeAt }),
  };
}
