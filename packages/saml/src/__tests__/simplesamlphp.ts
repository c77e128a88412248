/**
 * SimpleSAMLphp as a process of its own, on PHP's built-in server: a real identity provider that was written by nobody here. It learns of our services
 * from our metadata, by its own parser.
 *
 * @see {@link https://simplesamlphp.org/docs/1.19/simplesamlphp-idp.html | SimpleSAMLphp: Identity Provider QuickStart}
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ServiceKey } from '../options.ts';

const home = '/usr/share/simplesamlphp';
const interpreters = (process.env.PATH ?? '').split(':').map((folder) => join(folder, 'php'));
const interpreter = interpreters.find((file) => existsSync(file));

/** Somebody whom it knows. */
export const somebody = { login: 'ada', password: 'password-of-ada' };

/** A running provider. Disposing it ends its process and removes what it wrote. */
export interface SimpleSamlPhp extends AsyncDisposable {
  /** Address of its metadata, which is its entity id. */
  readonly entityId: string;
  readonly url: string;
  /**
   * Makes a service known, by its metadata.
   *
   * @param settings of `saml20-sp-remote`, on top, as PHP
   */
  addService(metadata: string, settings: string): Promise<void>;
  /** Runs PHP with its library, `$input` given; what it prints. */
  php(code: string, input: string): Promise<string>;
}

/** Why it cannot be started here; `undefined` when it can. */
export function whyNoSimpleSamlPhp(): string | undefined {
  const missing = [
    ...(interpreter === undefined ? ['php'] : []),
    ...(existsSync(`${home}/www/saml2`) ? [] : ['simplesamlphp']),
  ];
  if (missing.length === 0) return undefined;
  const packages = 'simplesamlphp php-cli php-xml php-mbstring php-sqlite3';
  return `${missing.join(', ')} not installed: apt-get install --no-install-recommends ${packages}`;
}

/** @throws Error with what it said, when it does not come up */
export async function startSimpleSamlPhp(key: ServiceKey): Promise<SimpleSamlPhp> {
  const folder = await mkdtemp(join(tmpdir(), 'im-simplesamlphp-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...process.env, SIMPLESAMLPHP_CONFIG_DIR: join(folder, 'config') };
  let child: ChildProcess | undefined;
  let said = '';
  const kill = () => void child?.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      kill();
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  const php = (code: string, input: string) => runPhp(code, input, env);
  let services = '<?php\n';
  try {
    for (const name of ['config', 'metadata', 'cert', 'log', 'data', 'tmp']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'cert/idp.crt'), key.certificate);
    await writeFile(join(folder, 'cert/idp.key'), key.privateKey.reveal(), { mode: 0o600 });
    await writeFile(join(folder, 'config/config.php'), configuration(folder, url));
    await writeFile(join(folder, 'config/authsources.php'), people);
    await writeFile(join(folder, 'metadata/saml20-idp-hosted.php'), hosted);
    await writeFile(join(folder, 'metadata/saml20-sp-remote.php'), services);
    child = spawn(
      String(interpreter),
      ['-d', 'display_errors=0', '-S', `127.0.0.1:${port}`, '-t', `${home}/www`],
      {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        said = `${said}${chunk}`.slice(-4_000);
      });
    await listening(child, port);
    return {
      url,
      entityId: `${url}/saml2/idp/metadata.php`,
      php,
      async addService(metadata, settings) {
        const read = `
          $parsed = SimpleSAML\\Metadata\\SAMLParser::parseString($input)->getMetadata20SP();
          echo '$metadata[' . var_export($parsed['entityid'], true) . '] = ' . var_export($parsed, true) . ';';`;
        const own = await php(read, metadata);
        const [, name = ''] = /^(\$metadata\['[^']*'\]) = /.exec(own) ?? [];
        services += `${own}\n${name} = array_merge(${name}, ${settings});\n`;
        await writeFile(join(folder, 'metadata/saml20-sp-remote.php'), services);
      },
      [Symbol.asyncDispose]: stop,
    };
  } catch (cause) {
    await stop();
    throw new Error(`SimpleSAMLphp did not start: ${said.trim() || String(cause)}`, { cause });
  }
}

function runPhp(code: string, input: string, env: NodeJS.ProcessEnv): Promise<string> {
  const whole = `require '${home}/lib/_autoload.php'; $input = stream_get_contents(STDIN); ${code}`;
  return new Promise((resolve, reject) => {
    const child = execFile(
      String(interpreter),
      ['-d', 'error_reporting=E_ERROR', '-r', whole],
      { env },
      (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(`${stderr}${stdout}`.slice(0, 2_000))),
    );
    child.stdin?.end(input);
  });
}

/** A port that nobody has now, from below those that the system gives to connections. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(15_000 + Math.floor(Math.random() * 15_000), '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    const { port } = server.address() as AddressInfo;
    await once(server.close(), 'close');
    return port;
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

/** An expression of PHP for a half of this key, as its library takes it. */
export function phpKey(half: 'certificate' | 'privateKey', key: ServiceKey): string {
  const pem = half === 'certificate' ? key.certificate : key.privateKey.reveal();
  const type = half === 'certificate' ? 'public' : 'private';
  const algorithm = half === 'certificate' ? 'RSA_SHA256' : 'RSA_OAEP_MGF1P';
  return `(function () { $key = new RobRichards\\XMLSecLibs\\XMLSecurityKey(RobRichards\\XMLSecLibs\\XMLSecurityKey::${algorithm}, ['type' => '${type}']); $key->loadKey(${JSON.stringify(pem)}); return $key; })()`;
}

const people = `<?php $config = ['people' => ['exampleauth:UserPass',
  '${somebody.login}:${somebody.password}' => [
    'uid' => ['ada'], 'mail' => ['ada@example.org'], 'displayName' => ['Ada Lovelace'], 'groups' => ['staff', 'administrators'],
  ]]];`;

const hosted = `<?php $metadata['__DYNAMIC:1__'] = [
  'host' => '__DEFAULT__', 'privatekey' => 'idp.key', 'certificate' => 'idp.crt', 'auth' => 'people',
  'SingleSignOnServiceBinding' => [SAML2\\Constants::BINDING_HTTP_REDIRECT, SAML2\\Constants::BINDING_HTTP_POST],
  'sign.logout' => true,
  'authproc' => [3 => ['class' => 'saml:AttributeNameID', 'attribute' => 'uid', 'Format' => SAML2\\Constants::NAMEID_PERSISTENT]],
  'NameIDFormat' => SAML2\\Constants::NAMEID_PERSISTENT,
];`;

function configuration(folder: string, url: string): string {
  return `<?php $config = [
  'baseurlpath' => '${url}/', 'certdir' => '${folder}/cert/', 'loggingdir' => '${folder}/log/',
  'datadir' => '${folder}/data/', 'tempdir' => '${folder}/tmp', 'timezone' => 'UTC',
  'technicalcontact_name' => 'nobody', 'technicalcontact_email' => 'nobody@example.org',
  'secretsalt' => 'salt-of-a-test', 'auth.adminpassword' => 'password-of-the-administrator',
  'logging.level' => 7, 'logging.handler' => 'file', 'showerrors' => true,
  'enable.saml20-idp' => true, 'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
  'session.duration' => 28800, 'session.cookie.name' => 'SimpleSAML', 'session.cookie.secure' => false,
  'session.phpsession.cookiename' => 'SimpleSAMLphp', 'session.authtoken.cookiename' => 'SimpleSAMLAuth',
  'language.available' => ['en'], 'language.default' => 'en', 'theme.use' => 'default',
  'metadata.sources' => [['type' => 'flatfile', 'directory' => '${folder}/metadata']],
  'store.type' => 'sql', 'store.sql.dsn' => 'sqlite:${folder}/data/store.sq3', 'store.sql.prefix' => 'test',
];`;
}
