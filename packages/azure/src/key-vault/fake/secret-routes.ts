/** What the fake answers about secrets: https://learn.microsoft.com/rest/api/keyvault/secrets */
import { applySettings, badParameter, bodyOf, checkEnabled, checkFree, newName, versionOf } from './find.ts';
import { originOf, secretRender } from './json.ts';
import { lifecycleRoutes, type VaultRoutes } from './lifecycle-routes.ts';
import { type FakeSecretVersion, secondsOf } from './world.ts';

const mostBytes = 25_600;

const get: VaultRoutes[string] = (request, world) => {
  const { thing, version } = versionOf(world, 'secret', world.secrets, request);
  checkEnabled('secret', 'get', version);
  return { json: { value: version.value, ...secretRender.whole(originOf(request), thing.name, version) } };
};

function applyRemark(version: FakeSecretVersion, { contentType }: Readonly<Record<string, unknown>>): void {
  if (typeof contentType === 'string') version.contentType = contentType;
}

export const secretRoutes: VaultRoutes = {
  ...lifecycleRoutes('secret', ({ secrets }) => secrets, secretRender),
  'GET /secrets/:name': get,
  // The SDK asks for the latest version so.
  'GET /secrets/:name/': get,
  'GET /secrets/:name/:version': get,
  'PUT /secrets/:name': (request, world) => {
    const name = newName(request);
    const body = bodyOf(request);
    if (typeof body.value !== 'string') return badParameter("Property 'value' is required.");
    if (Buffer.byteLength(body.value) > mostBytes) return badParameter('The secret value is too long.');
    checkFree(world, 'secret', world.secrets, request);
    const version = world.putSecret(name, body.value);
    applySettings(version, body);
    applyRemark(version, body);
    const json = secretRender.whole(originOf(request), name, version);
    return { json: { value: version.value, ...json } };
  },
  'PATCH /secrets/:name/:version': (request, world) => {
    const { thing, version } = versionOf(world, 'secret', world.secrets, request);
    const body = bodyOf(request);
    applySettings(version, body);
    applyRemark(version, body);
    version.updated = secondsOf(world.clock);
    return { json: secretRender.whole(originOf(request), thing.name, version) };
  },
};
