/** The other side of the http benchmarks, in a process of its own so that its CPU does not count. Tells its port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const track = Buffer.from(
  JSON.stringify({
    id: '11dFghVXANMlKmJXsNCbNl',
    name: 'Cut To The Feeling',
    duration_ms: 207959,
    explicit: false,
    popularity: 63,
    artists: [{ id: '6sFIWsNpZYqfjUpaCgueju', name: 'Carly Rae Jepsen' }],
    album: { id: '0tGPJ0bkWOUmH7MEOR77qc', name: 'Cut To The Feeling', release_date: '2017-05-26' },
  }),
);
const mebibyte = Buffer.alloc(1024 * 1024, 'x');

const server = createServer((request, response) => {
  if (request.method === 'PUT') {
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
    });
    request.on('end', () => response.end(String(size)));
    return;
  }
  const isTrack = request.url?.startsWith('/v1/tracks/');
  const body = isTrack ? track : mebibyte;
  response.writeHead(200, {
    'content-type': isTrack ? 'application/json' : 'application/octet-stream',
    'content-length': String(body.byteLength),
  });
  response.end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
