/**
 * OpenLDAP's server as a process of its own, with the same people and groups as the fake: a real directory that was written by nobody
 * here, with the overlays for `memberOf` and for password policies, and with SASL by password and by certificate.
 *
 * @see {@link https://www.openldap.org/software/man.cgi?query=slapd.conf | OpenLDAP: slapd.conf(5)}
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { client, localhost } from '../__fixtures__/certificates.ts';
import { fakeBaseDn, fakeGroupDn, fakeGroups, fakePeople } from '../testing.ts';

const run = promisify(execFile);

/** A running server. Disposing it ends its process and removes what it wrote. */
export interface Slapd extends AsyncDisposable {
  readonly ldapUrl: string;
  readonly ldapsUrl: string;
  readonly version: string;
  /** Adds entries, or changes them, by LDIF (RFC 2849), as the administrator. */
  modify(ldif: string): Promise<void>;
  /** Ends the process at once, as a crash would; what it wrote stays. */
  kill(): Promise<void>;
  /** Starts it again on the same ports, with the same entries. */
  restart(): Promise<void>;
}

/** Whom the tests search as. */
export const serviceDn = `cn=service,ou=services,${fakeBaseDn}`;
export const servicePassword = 'password-of-the-service-account';
const adminDn = `cn=admin,${fakeBaseDn}`;
const adminPassword = 'password-of-the-administrator';

const binaries = ['slapd', 'ldapadd', 'ldapmodify'];
const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
const found = (name: string) => folders.map((folder) => join(folder, name)).find((file) => existsSync(file));

/** Why it cannot be started here; `undefined` when it can. */
export function whyNoSlapd(): string | undefined {
  const missing = binaries.filter((name) => found(name) === undefined);
  if (missing.length === 0) return undefined;
  return `${missing.join(', ')} not installed: apt-get install --no-install-recommends slapd ldap-utils`;
}

/** Ports that nobody has now, from below those that the system gives to connections; held together, so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers: Server[] = [];
  while (servers.length < count) {
    const server = createServer().listen(15_000 + Math.floor(Math.random() * 15_000), '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (isFree) servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** @throws Error with what it said, when it does not come up */
export async function startSlapd(): Promise<Slapd> {
  const folder = await mkdtemp(join(tmpdir(), 'im-slapd-'));
  const [plain = 0, secure = 0] = await freePorts(2);
  const urls = [`ldap://127.0.0.1:${plain}`, `ldaps://127.0.0.1:${secure}`] as const;
  let child: ChildProcess | undefined;
  let said = '';

  const kill = async () => {
    const ended = child;
    child = undefined;
    if (ended === undefined || ended.exitCode !== null || ended.signalCode !== null) return;
    ended.kill('SIGKILL');
    await once(ended, 'exit');
  };
  const killNow = () => void child?.kill('SIGKILL');
  process.once('exit', killNow);
  const start = async () => {
    const config = join(folder, 'slapd.conf');
    child = spawn(found('slapd') as string, ['-f', config, '-h', urls.join(' '), '-d', '0'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        said = `${said}${chunk}`.slice(-4_000);
      });
    await listening(child, plain);
  };
  const admin = ['-x', '-H', urls[0], '-D', adminDn, '-w', adminPassword];
  const stop = async () => {
    process.off('exit', killNow);
    await kill();
    await rm(folder, { recursive: true, force: true });
  };

  try {
    await mkdir(join(folder, 'db'));
    await writeFile(join(folder, 'cert.pem'), localhost.cert);
    await writeFile(join(folder, 'clients.pem'), client.cert);
    await writeFile(join(folder, 'key.pem'), localhost.key, { mode: 0o600 });
    await writeFile(join(folder, 'slapd.conf'), configuration(folder));
    await writeFile(join(folder, 'world.ldif'), worldLdif());
    await start();
    await run('ldapadd', [...admin, '-f', join(folder, 'world.ldif')]);
    const { stderr } = await run(found('slapd') as string, ['-VV']).catch(
      (error) => error as { stderr: string },
    );
    let changes = 0;
    return {
      ldapUrl: urls[0],
      ldapsUrl: urls[1],
      version: /slapd (\S+)/.exec(stderr)?.[1] ?? 'unknown',
      async modify(ldif) {
        changes += 1;
        const file = join(folder, `change-${changes}.ldif`);
        await writeFile(file, ldif);
        // Relaxed, so that attributes that the server keeps itself can be set, such as when a password was changed.
        await run('ldapmodify', [...admin, '-a', '-e', 'relax', '-f', file]);
      },
      kill,
      restart: start,
      [Symbol.asyncDispose]: stop,
    };
  } catch (cause) {
    await stop();
    throw new Error(`slapd did not start: ${said.trim() || String(cause)}`, { cause });
  }
}

/** It says nothing when it listens: only a try tells. */
async function listening(child: ChildProcess, port: number): Promise<void> {
  for (const end = Date.now() + 20_000; ; await wait(20)) {
    const socket = connect(port, '127.0.0.1');
    const isUp = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) return;
    if (child.exitCode !== null || Date.now() > end) throw new Error('it does not listen');
  }
}

function configuration(folder: string): string {
  const schemas = ['core', 'cosine', 'inetorgperson'];
  return `${schemas.map((name) => `include /etc/ldap/schema/${name}.schema`).join('\n')}
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
pidfile ${folder}/pid
argsfile ${folder}/args
TLSCertificateFile ${folder}/cert.pem
TLSCertificateKeyFile ${folder}/key.pem
TLSCACertificateFile ${folder}/clients.pem
TLSVerifyClient try
sasl-secprops none
authz-regexp "^cn=service,o=example$" "${serviceDn}"
authz-regexp "^uid=([^,]+),cn=plain,cn=auth$" "cn=$1,ou=services,${fakeBaseDn}"
allow bind_v2
disallow bind_anon
database mdb
suffix "${fakeBaseDn}"
rootdn "${adminDn}"
rootpw ${adminPassword}
directory ${folder}/db
maxsize 67108864
index objectClass,uid,member eq
overlay memberof
memberof-refint TRUE
overlay ppolicy
ppolicy_default "cn=policy,${fakeBaseDn}"
ppolicy_use_lockout
access to attrs=userPassword by dn.exact="${serviceDn}" write by anonymous auth by * none
access to * by users read by anonymous auth by * none
`;
}

/** LDIF of one entry, values in base64 so that any byte may stand in them. */
export function ldifOf(dn: string, attributes: Readonly<Record<string, string | readonly string[]>>): string {
  const line = (name: string, value: string) => `${name}:: ${Buffer.from(value).toString('base64')}`;
  const lines = Object.entries(attributes).flatMap(([name, values]) =>
    [values].flat().map((value) => line(name, value)),
  );
  return [line('dn', dn), ...lines, '', ''].join('\n');
}

/** LDIF of a person. */
export function personLdif(login: string, name: string, password: string, dn: string): string {
  return ldifOf(dn, {
    objectClass: ['inetOrgPerson'],
    uid: [...new Set([login, /^uid=([^,]*)/.exec(dn)?.[1] ?? login])],
    cn: name,
    sn: name.split(' ').at(-1) ?? name,
    mail: `${login.replace(/[*()]/g, '')}@example.org`,
    userPassword: password,
  });
}

function worldLdif(): string {
  const unit = (name: string) =>
    ldifOf(`ou=${name},${fakeBaseDn}`, { objectClass: 'organizationalUnit', ou: name });
  const memberDn = (member: string) =>
    member.startsWith('@')
      ? fakeGroupDn(member.slice(1))
      : (fakePeople.find(({ login }) => login === member)?.dn ?? member);
  return [
    ldifOf(fakeBaseDn, { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Example' }),
    ldifOf(`cn=policy,${fakeBaseDn}`, {
      objectClass: ['device', 'pwdPolicy'],
      cn: 'policy',
      pwdAttribute: 'userPassword',
      pwdMinLength: '8',
      pwdCheckQuality: '2',
      pwdLockout: 'TRUE',
      pwdMaxFailure: '3',
      pwdMustChange: 'TRUE',
    }),
    ldifOf(`cn=expiring,${fakeBaseDn}`, {
      objectClass: ['device', 'pwdPolicy'],
      cn: 'expiring',
      pwdAttribute: 'userPassword',
      pwdMaxAge: '1',
    }),
    ...['people', 'groups', 'services'].map(unit),
    ldifOf(serviceDn, {
      objectClass: ['organizationalRole', 'simpleSecurityObject'],
      cn: 'service',
      userPassword: servicePassword,
    }),
    ...fakePeople.map(({ login, name, password, dn }) => personLdif(login, name, password, dn)),
    ...Object.entries(fakeGroups).map(([name, members]) =>
      ldifOf(fakeGroupDn(name), { objectClass: 'groupOfNames', cn: name, member: members.map(memberDn) }),
    ),
    ldifOf(`ou=elsewhere,${fakeBaseDn}`, {
      objectClass: ['referral', 'extensibleObject'],
      ou: 'elsewhere',
      ref: 'ldap://elsewhere.example.net/ou=elsewhere',
    }),
  ].join('');
}
