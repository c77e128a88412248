/** A second provider beside Spotify: it repeats what it was told, so that whatever leaks has every chance to. */
import { type Call, defineIntegration, read, secret, unsafe, VendorError } from '@im/core';
import { createHttp, path, staticToken } from '@im/http';
import { type FakeServer, startFakeServer } from '@im/testing';
import { z } from 'zod';

const answer = z.object({ says: z.string() });
const failure = z.object({ error: z.object({ name: z.string(), text: z.string() }) });

export const parrot = defineIntegration({
  id: 'parrot',
  title: 'Parrot',
  category: 'example',
  contract: 1,
  docs: 'https://docs.example.test/',
  options: z.strictObject({
    apiKey: secret(),
    spare: z.strictObject({ password: secret().optional() }).prefault({}),
    baseUrl: z.url(),
  }),
  egress: [],
  errors: { docs: 'https://docs.example.test/errors', rows: [] },
  http: (context) =>
    createHttp(context, {
      baseUrl: context.options.baseUrl,
      token: staticToken(context.options.apiKey),
      readFailure: (_status, body) => {
        const { error } = failure.parse(body);
        return { reason: error.name, says: error.text };
      },
    }),
  connect: ({ options, http }) => ({
    repeat: read((word: string, call: Call) => http.get(path`words/${word}`, answer, call)),
    teach: unsafe((word: string, call: Call) => http.post('words', answer, call, { json: { word } })),
    /** What a careless provider does: it puts its own credential into an error. */
    blurt: read(async (_call: Call) => {
      throw new VendorError({ sent: true, reason: 'refused', says: 'refused' }, { cause: options });
    }),
  }),
  check: (api, call) => api.repeat('check', call),
});

/** Its vendor. `word` decides: `fail` is refused, `lie` is not what was promised; both repeat the credential. */
export function startParrot(
  options: Partial<Parameters<typeof startFakeServer>[0]> = {},
): Promise<FakeServer> {
  return startFakeServer({
    name: 'parrot',
    routes: {
      'GET /words/:word': ({ params, headers }) => {
        const heard = headers.authorization ?? '';
        const key = heard.replace('Bearer ', '');
        if (params.word === 'fail') {
          const text = `not with ${heard} nor ${Buffer.from(key).toString('base64')}`;
          return { status: 403, headers: { 'x-request-id': key }, json: { error: { name: key, text } } };
        }
        if (params.word === 'lie') return { headers: { 'x-request-id': key }, json: { [key]: [key] } };
        return { json: { says: params.word } };
      },
      'POST /words': (request) => ({
        status: 500,
        json: { error: { name: 'broken', text: String(request.body) } },
      }),
    },
    ...options,
  });
}
