/** How key rings, keys and key versions are named. */
import type { Call } from '@im/core';
import { checkId, checkName, invalid, type NameRule } from '../common/resource.ts';
import type { CheckedKmsOptions } from './options.ts';

const id = /^[A-Za-z0-9_-]{1,63}$/;
const says = '1 to 63 letters, digits, "_" and "-"';

/** How key rings are named. */
export const ringRule: NameRule = {
  what: 'key ring',
  forms: ['projects/*/locations/*/keyRings/*'],
  id,
  says,
};
const keyRule: NameRule = {
  what: 'key',
  forms: ['projects/*/locations/*/keyRings/*/cryptoKeys/*'],
  id,
  says: `\`ring/key\`, or \`key\` where the option keyRing is set, each of ${says}`,
};
const versionRule: NameRule = {
  what: 'key version',
  forms: ['projects/*/locations/*/keyRings/*/cryptoKeys/*/cryptoKeyVersions/*'],
  id: /^[1-9]\d{0,17}$/,
  says: '`ring/key/1`, or `key/1` where the option keyRing is set',
};
const locationRule: NameRule = {
  what: 'location',
  forms: ['projects/*/locations/*'],
  id: /^[a-z0-9-]{1,63}$/,
  says: 'its id, such as europe-west3',
};

/** Completes names within one project. Whole names are taken as they are. */
export interface KeyNames {
  readonly location: (location: string | undefined, call: Call) => Promise<string>;
  /** `ring`. */
  readonly ring: (ring: string, call: Call) => Promise<string>;
  /** `ring/key` or `key`. */
  readonly key: (key: string, call: Call) => Promise<string>;
  /** `ring/key/1` or `key/1`. */
  readonly version: (version: string, call: Call) => Promise<string>;
  /** A key, or the whole name of a version. */
  readonly keyOrVersion: (name: string, call: Call) => Promise<string>;
}

/** @param project finds the project's id, where a short name needs it */
export function keyNames(
  project: (call: Call) => Promise<string>,
  { location: home, keyRing }: Pick<CheckedKmsOptions, 'location' | 'keyRing'>,
): KeyNames {
  const location = async (name: string | undefined, call: Call) => {
    const wanted = checkName(locationRule, name ?? home);
    return wanted.includes('/') ? wanted : `projects/${await project(call)}/locations/${wanted}`;
  };
  const ring = async (name: string, call: Call) => {
    checkName(ringRule, name);
    return name.includes('/') ? name : `${await location(undefined, call)}/keyRings/${name}`;
  };
  const key = async (name: string, call: Call) => {
    if (isWhole(name)) return checkName(keyRule, name);
    const [first = '', second, ...more] = name.split('/');
    if (more.length > 0) throw invalid(`${JSON.stringify(name)} is no key: give ${keyRule.says}`);
    const ringId = second === undefined ? keyRing : checkId(keyRule, first);
    const keyId = checkId(keyRule, second ?? first);
    if (ringId === undefined)
      throw invalid(`the key ${JSON.stringify(name)} is named without its ring; give ${keyRule.says}`);
    return `${await ring(ringId, call)}/cryptoKeys/${keyId}`;
  };
  const version = async (name: string, call: Call) => {
    if (isWhole(name)) return checkName(versionRule, name);
    const end = name.lastIndexOf('/');
    if (end < 0) throw invalid(`${JSON.stringify(name)} is no key version: give ${versionRule.says}`);
    const number = checkId(versionRule, name.slice(end + 1));
    return `${await key(name.slice(0, end), call)}/cryptoKeyVersions/${number}`;
  };
  return {
    location,
    ring,
    key,
    version,
    keyOrVersion: (name, call) =>
      /\/cryptoKeyVersions\//.test(name) ? version(name, call) : key(name, call),
  };
}

function isWhole(name: string): boolean {
  return name.startsWith('projects/');
}
