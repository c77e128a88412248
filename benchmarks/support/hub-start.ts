/** Starts a hub on the configuration of a folder and prints the milliseconds from the start of this process until it was ready. */
import { join } from 'node:path';
import { startServer } from '@im/server';
import { z } from 'zod';

const [folder = '.'] = process.argv.slice(2);
Object.assign(globalThis, { optionsOfSample: z.strictObject({}) });
const hub = await startServer({ configFile: join(folder, 'integrations.yaml'), from: folder, port: 0 });
const { status } = await fetch(`${hub.url}/readyz`);
if (status !== 200) throw new Error(`it answered ${status}`);
process.stdout.write(String(performance.now()));
await hub.close();
