/**
 * A registry of npm packages on loopback, in memory: what `npm publish` and `npm install` need of one, so that a release can be rehearsed and
 * installed as a consumer does. Only our own scope is asked of it; all else comes from the registry that npm is set to.
 *
 * @see {@link https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md | npm: registry API}
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** The part of a version's manifest that is looked at. */
export interface PublishedVersion {
  readonly name: string;
  readonly version: string;
  readonly dist: { readonly tarball: string; readonly shasum?: string; readonly integrity?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** What npm sends to publish. */
interface Publication {
  readonly name: string;
  readonly 'dist-tags': Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, PublishedVersion>>;
  readonly _attachments: Readonly<Record<string, { readonly data: string }>>;
}

interface Packument {
  readonly name: string;
  readonly 'dist-tags': Record<string, string>;
  readonly versions: Record<string, PublishedVersion>;
}

/** A registry that is running. */
export interface LocalRegistry extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/` */
  readonly url: string;
  /** `@im/core@0.1.0`, in the order they were published. */
  readonly published: readonly string[];
  /** Settings by which npm asks it for our scope, to be written into a `.npmrc`. */
  readonly npmrc: string;
}

/** Starts one. It gives out the versions of the registry with the address `upstream` as well, beside its own. */
export async function startRegistry(upstream?: string): Promise<LocalRegistry> {
  const packuments = new Map<string, Packument>();
  const tarballs = new Map<string, Buffer>();
  const published: string[] = [];

  const publish = ({ name, versions, 'dist-tags': tags, _attachments }: Publication): [number, object] => {
    const known = packuments.get(name) ?? { name, 'dist-tags': {}, versions: {} };
    const taken = Object.keys(versions).filter((version) => version in known.versions);
    if (taken.length > 0) return [409, { error: `${name}@${taken.join(', ')} exists already` }];
    for (const [version, manifest] of Object.entries(versions)) {
      const file = `${name.split('/').at(-1)}-${version}.tgz`;
      const [{ data } = { data: '' }] = Object.values(_attachments);
      tarballs.set(`/${name}/-/${file}`, Buffer.from(data, 'base64'));
      known.versions[version] = {
        ...manifest,
        dist: { ...manifest.dist, tarball: `${url}${name}/-/${file}` },
      };
      published.push(`${name}@${version}`);
    }
    Object.assign(known['dist-tags'], tags);
    packuments.set(name, known);
    return [201, { ok: true }];
  };

  const answer = async (request: IncomingMessage): Promise<[status: number, body: object | Buffer]> => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://registry').pathname);
    if (request.method === 'PUT') return publish((await json(request)) as Publication);
    const found = tarballs.get(path) ?? (await packumentOf(path.slice(1)));
    return found === undefined ? [404, { error: 'not found' }] : [200, found];
  };

  const packumentOf = async (name: string): Promise<Packument | undefined> => {
    const own = packuments.get(name);
    if (upstream === undefined) return own;
    const answer = await fetch(new URL(name, upstream));
    if (!answer.ok) return own;
    const above = (await answer.json()) as Packument;
    const both = (field: 'dist-tags' | 'versions') => ({ ...above[field], ...own?.[field] });
    return { name, 'dist-tags': both('dist-tags'), versions: both('versions') } as Packument;
  };

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    answer(request).then(
      ([status, body]) => {
        const isTarball = Buffer.isBuffer(body);
        response.writeHead(status, {
          'content-type': isTarball ? 'application/octet-stream' : 'application/json',
        });
        response.end(isTarball ? body : JSON.stringify(body));
      },
      (error: unknown) => response.writeHead(500).end(JSON.stringify({ error: String(error) })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  return {
    url,
    published,
    npmrc: `@im:registry=${url}\n//127.0.0.1:${port}/:_authToken=rehearsal\n`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
