/** Somebody who uses an application: over HTTP, or line by line where it has no server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** One request. */
export interface Asked {
  readonly tenant: string;
  readonly what: 'profile' | 'order' | 'receipts' | 'receipt';
  readonly reference?: string;
  readonly order?: { readonly reference: string; readonly title: string; readonly method: string };
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A running application. Disposing asks it to end, and rejects when it ends badly. */
export interface Visitor extends AsyncDisposable {
  ask(asked: Asked): Promise<Answer>;
}

/** Starts the application in `cwd`, as its README would say: `node main.ts`. */
export async function startApp(cwd: string): Promise<Visitor> {
  const child = spawn(process.execPath, ['main.ts'], { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: first, done } = await lines.next();
  if (done) throw new Error(`the application in ${cwd} ended before it was ready`);
  const isServer = String(first).startsWith('http');
  return {
    ask: isServer ? (asked) => overHttp(String(first), asked) : (asked) => byLine(child, lines, asked),
    [Symbol.asyncDispose]: async () => {
      const exited = child.exitCode === null ? once(child, 'exit') : Promise.resolve([child.exitCode]);
      if (isServer) child.kill('SIGTERM');
      else child.stdin.end();
      const [code] = await exited;
      if (code !== 0) throw new Error(`the application in ${cwd} ended with ${code}`);
    },
  };
}

async function overHttp(base: string, { tenant, what, reference, order }: Asked): Promise<Answer> {
  const paths = {
    profile: 'profile',
    order: 'orders',
    receipts: 'receipts',
    receipt: `receipts/${reference}`,
  };
  const response = await fetch(`${base}/${tenant}/${paths[what]}`, {
    ...(order === undefined ? {} : { method: 'POST', body: JSON.stringify(order) }),
    headers: { 'content-type': 'application/json' },
  });
  return { status: response.status, body: await response.json() };
}

async function byLine(child: ChildProcess, lines: AsyncIterator<string>, asked: Asked): Promise<Answer> {
  child.stdin?.write(`${JSON.stringify(asked)}\n`);
  const { value } = await lines.next();
  return JSON.parse(String(value)) as Answer;
}
