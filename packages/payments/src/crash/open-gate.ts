/** A gate in front of a processor that is reached over HTTP. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Gate } from './crash.types.ts';

/** Something between a shop and a processor. */
export interface HttpGate {
  /** What the shop takes for the processor: `http://127.0.0.1:40321`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Passes requests on to a server on this machine, each through the gate: a shop can be killed before the server has seen a request, and after
 * the server has answered it. Bodies are held in memory.
 *
 * @param target origin of the server, as `http://127.0.0.1:8080`
 */
export async function openGate(target: string, gate: Gate): Promise<HttpGate> {
  const server = createServer((incoming, outgoing) => {
    pass(target, gate, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function pass(
  target: string,
  gate: Gate,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await readAll(incoming);
  const { method = 'GET', url = '/' } = incoming;
  const { answer, bytes } = await gate(`${method} ${url.split('?', 1)[0]}`, () =>
    forward(target, incoming, body),
  );
  outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
  outgoing.end(bytes);
}

function forward(target: string, incoming: IncomingMessage, body: Buffer) {
  return new Promise<{ readonly answer: IncomingMessage; readonly bytes: Buffer }>((resolve, reject) => {
    const { method, rawHeaders } = incoming;
    const outgoing = request(
      new URL(incoming.url ?? '/', target),
      { method, headers: rawHeaders },
      (answer) => {
        readAll(answer).then((bytes) => resolve({ answer, bytes }), reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
