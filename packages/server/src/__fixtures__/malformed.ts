/** Requests that are wrong in every way, and requests that are right and hold anything: as bytes, for a raw socket. */
import fc from 'fast-check';

const paths = [
  '/',
  '/integrations/health',
  '/integrations/health/spotify_main',
  '/integrations/status',
  '/integrations/metrics',
  '/openapi.json',
  '/docs',
  '/livez',
  '/readyz',
  '/startupz',
  '/integrations/notes/check',
  '/integrations/notes/isolate',
  '/integrations/notes/reset-breaker',
  '/integrations/notes/enable',
  '/integrations/nothing/disable',
  '/admin/audit',
  '/admin/reload',
  '/connect',
  '/connect/spotify/start',
  '/connect/spotify/callback',
  '/connect/c1/disconnect',
  '/proxy/nothing/v1/things',
  '/webhooks/nothing',
];
const parameters = ['tenant', 'provider', 'status', 'limit', 'after', 'from', 'verify', 'return_to', 'scope', 'state', 'unknown', '__proto__'];
const headers = ['Accept', 'Accept-Encoding', 'Authorization', 'Cookie', 'If-None-Match', 'Range', 'X-Forwarded-For', 'Forwarded', 'Origin', 'Sec-Fetch-Site', 'Idempotency-Key', 'im-tenant', 'X-Api-Key'];

/** What breaks parsers: put anywhere into a request. */
const breakers = [
  '\0',
  '\n',
  '\r',
  '\r\n',
  '\r\n\r\n',
  ' ',
  '\t',
  ':',
  '%',
  '%00',
  '%zz',
  '%c0%ae',
  '../',
  '//',
  'http://x:99999/',
  'ÿþ',
  'HTTP/1.1',
  'HTTP/9.9',
  'Host: y\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: -1\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: chunked, identity\r\n',
  'Connection: upgrade\r\nUpgrade: h2c\r\n',
  'Expect: 200-maybe\r\n',
  ' folded: yes\r\n',
  'a'.repeat(20_000),
];

const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
const printable = fc.string({ unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)) });
const method = fc.oneof(
  { weight: 2, arbitrary: fc.constant('GET') },
  { weight: 1, arbitrary: fc.constantFrom('HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'CONNECT') },
);

const target = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(...paths),
      fc.string().map((name) => `/integrations/health/${encodeURIComponent(name.toWellFormed())}`),
      printable.map((text) => `/${text}`),
    ),
    fc.array(
      fc.tuple(
        fc.constantFrom(...parameters),
        fc.oneof(
          printable,
          fc.string({ unit: 'grapheme' }).map((text) => encodeURIComponent(text.toWellFormed())),
          fc.integer().map(String),
        ),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([path, query]) => `${path}?${query.map((pair) => pair.join('=')).join('&')}`);

/** A request of the right form with anything in its target and its headers. */
export const fuzzedRequest: fc.Arbitrary<Buffer> = fc
  .tuple(method, target, fc.array(fc.tuple(fc.constantFrom(...headers), printable), { maxLength: 4 }), printable)
  .map(([verb, where, fields, body]) => {
    const lines = fields.map(([name, value]) => `${name}: ${value}`);
    const head = [`${verb} ${where} HTTP/1.1`, 'Host: localhost', ...lines, `Content-Length: ${body.length}`];
    return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1');
  });

/** Noise; a request with what breaks parsers put into it, or with bytes taken out or changed. */
export const malformedRequest: fc.Arbitrary<Buffer> = fc.oneof(
  fc.array(fc.oneof(fc.constantFrom(...breakers), latin1), { maxLength: 12 }).map((parts) => Buffer.from(parts.join(''), 'latin1')),
  fc
    .tuple(fuzzedRequest, fc.array(fc.tuple(fc.nat(200), fc.nat(8), fc.constantFrom(...breakers)), { minLength: 1, maxLength: 4 }))
    .map(([request, edits]) =>
      edits.reduce((bytes, [place, removed, text]) => {
        const at = place % (bytes.length + 1);
        return Buffer.concat([bytes.subarray(0, at), Buffer.from(text, 'latin1'), bytes.subarray(at + removed)]);
      }, request),
    ),
  fc.tuple(fuzzedRequest, fc.nat(200)).map(([request, length]) => request.subarray(0, length)),
  fc.tuple(fuzzedRequest, fc.nat(200), fc.nat(255)).map(([request, at, byte]) => {
    const changed = Buffer.from(request);
    changed[at % changed.length] = byte;
    return changed;
  }),
);
