/** The fake directory: a server on loopback that speaks LDAP, with people and groups in it. */
import { type Clock, systemClock } from '@im/core';
import type { ProviderFake, StartFakeOptions } from '@im/testing';
import type { ldap } from '../ldap.ts';
import type { LdapOptions } from '../options.ts';
import { rawDn } from '../text/dn.ts';
import type { World } from './answers.ts';
import type { FakeResult } from './encode.ts';
import { startLdapServer } from './server.ts';
import { type FakeAttributes, Tree } from './tree.ts';
import { fakeBaseDn, fillTree } from './world.ts';

/** How the fake is started. */
export interface StartLdapFakeOptions extends StartFakeOptions {
  readonly clock?: Clock | undefined;
  /** Certificate and key, PEM. StartTLS is taken then, and `options` ask for it. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Whether TLS begins with the connection; needs `tls`. */
  readonly ldaps?: boolean | undefined;
}

/** A refusal of a bind, scripted. */
export interface ScriptedRefusal extends FakeResult {
  /** Of a password policy: 0 expired, 1 locked, 2 must be changed; told to those who ask for it. */
  readonly policyError?: number | undefined;
}

/** A running fake directory. Its faults are those of every fake; a status becomes the result code that means the same. */
export interface LdapFake extends ProviderFake<typeof ldap> {
  /** Puts an entry in, or in place of the one of that name. */
  put(dn: string, attributes: FakeAttributes): void;
  /** Takes an entry out. @returns whether there was one */
  remove(dn: string): boolean;
  /** From now on binds as `dn` end so: `{ code: 49, diagnostic: '… data 775 …' }`. `undefined` ends it. */
  refuse(dn: string, refusal: ScriptedRefusal | undefined): void;
  /** Answers the next requests of this kind (`SEARCH`, `COMPARE`, `BIND`, `MODIFY`, `EXTENDED`) with this result. Default: one. */
  answerWith(method: string, result: FakeResult, times?: number): void;
  /** Lets a subtree stand on another server: searches below are referred there, searches above get a reference. */
  refer(dn: string, url: string): void;
}

/** Starts it. Each tenant has a service account of its own, `cn=service-<tenant>`. */
export async function startFake(options: StartLdapFakeOptions = {}): Promise<LdapFake> {
  const { clock = systemClock, seed = 1, tls, ldaps = false } = options;
  const tree = new Tree();
  fillTree(tree);
  const accounts = new Map<string, string>();
  const refusals = new Map<string, ScriptedRefusal>();
  const references = new Map([[`ou=elsewhere,${fakeBaseDn}`, 'ldap://elsewhere.example.net/ou=elsewhere']]);
  const scripts: { readonly method: string; readonly result: FakeResult; left: number }[] = [];
  const scripted = (method: string) => {
    const script = scripts.find((one) => one.method === method && one.left > 0);
    if (script !== undefined) script.left -= 1;
    return script?.result;
  };
  let cookies = 0;
  const world: World = {
    tree,
    accounts,
    refusals: refusals as World['refusals'],
    references,
    acceptsTls: tls !== undefined,
    newCookie: () => Buffer.from(String(++cookies)),
  };
  const server = await startLdapServer({ world, clock, tls, ldaps, scripted });
  return Object.assign(server, {
    options: (tenant = 'default'): LdapOptions => {
      const bindDn = `cn=service-${tenant},ou=services,${fakeBaseDn}`;
      const bindPassword = `fake-password-of-service-${tenant}-${seed}`;
      accounts.set(rawDn(bindDn).key, bindPassword);
      return {
        urls: [server.url],
        baseDn: fakeBaseDn,
        bindDn,
        bindPassword,
        startTls: tls !== undefined,
        ...(tls === undefined ? {} : { ca: tls.cert, serverName: 'localhost' }),
      };
    },
    put: (dn: string, attributes: FakeAttributes) => tree.put(dn, attributes),
    remove: (dn: string) => tree.remove(dn),
    refuse: (dn: string, refusal: ScriptedRefusal | undefined) => {
      if (refusal === undefined) refusals.delete(rawDn(dn).key);
      else refusals.set(rawDn(dn).key, refusal);
    },
    answerWith: (method: string, result: FakeResult, times = 1) =>
      void scripts.push({ method, result, left: times }),
    refer: (dn: string, url: string) => void references.set(dn, url),
  });
}
