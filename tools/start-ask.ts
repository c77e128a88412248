/** Requests to a running hub, without keep-alive, so that nothing is left open. */
import { request } from 'node:http';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  /** Empty for a stream of events, which never ends. */
  readonly text: string;
}

/** Asks one hub. */
export type Ask = (path: string, method?: string) => Promise<Answer>;

/** For the hub at `url`. */
export function asker(url: string): Ask {
  return (path, method = 'GET') =>
    new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(10_000);
      const sent = request(`${url}${path}`, { method, agent: false, signal }, (response) => {
        const type = response.headers['content-type'] ?? '';
        let text = '';
        const done = () => resolve({ status: response.statusCode ?? 0, type, text });
        response.on('error', reject);
        if (type.startsWith('text/event-stream')) {
          done();
          response.removeListener('error', reject).on('error', () => {});
          sent.destroy();
          return;
        }
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', done);
      });
      sent.on('error', reject);
      sent.end();
    });
}

/** The body, taken at its word. */
export function json<Shape>({ text }: Answer): Shape {
  return JSON.parse(text) as Shape;
}
