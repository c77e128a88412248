/** How secrets and their versions are named. */
import type { Call } from '@im/core';
import {
  checkId,
  checkName,
  invalid,
  lastPart,
  type NameRule,
  parentName,
  wholeName,
} from '../common/resource.ts';

/** @see {@link https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create | Secret Manager: secrets.create} */
export const secretRule: NameRule = {
  what: 'secret',
  forms: ['projects/*/secrets/*', 'projects/*/locations/*/secrets/*'],
  id: /^[A-Za-z0-9_-]{1,255}$/,
  says: '1 to 255 letters, digits, "_" and "-"',
};

const versionRule: NameRule = {
  what: 'version of a secret',
  forms: ['projects/*/secrets/*/versions/*', 'projects/*/locations/*/secrets/*/versions/*'],
  id: /^([1-9]\d{0,18}|[A-Za-z][A-Za-z0-9_-]{0,62})$/,
  says: 'a number, an alias or `latest`',
};

/** Completes names within one project. */
export interface SecretNames {
  /** `projects/p`, or with the location of regional secrets. */
  readonly parent: (call: Call) => Promise<string>;
  readonly secret: (secret: string, call: Call) => Promise<string>;
  /** `secret` may be the whole name of a version; `version` is left out then. */
  readonly version: (secret: string, version: string | undefined, call: Call) => Promise<string>;
}

/** @param project finds the project's id, where a short name needs it */
export function secretNames(
  project: (call: Call) => Promise<string>,
  location: string | undefined,
): SecretNames {
  const parent = async (call: Call) =>
    `projects/${await project(call)}${location === undefined ? '' : `/locations/${location}`}`;
  const secret = (name: string, call: Call) => wholeName(secretRule, name, () => parent(call));
  return {
    parent,
    secret,
    async version(name, version, call) {
      const isVersion = parentName(name) !== '' && /\/versions\/[^/]*$/.test(name);
      if (!isVersion) {
        const id = checkId(versionRule, version ?? 'latest');
        return `${await secret(name, call)}/versions/${id}`;
      }
      checkName(versionRule, name);
      if (version === undefined || version === lastPart(name)) return name;
      throw invalid(
        `${JSON.stringify(name)} names a version already, yet the version ${version} is asked for`,
      );
    },
  };
}
