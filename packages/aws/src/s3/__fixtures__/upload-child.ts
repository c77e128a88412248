/** A process that uploads until it is killed: `node upload-child.ts <options as JSON> <file for the state> <bytes>`. */
import { writeFileSync } from 'node:fs';
import { connect, stream } from '../__tests__/connect.ts';

const [options = '', file = '', bytes = ''] = process.argv.slice(2);
const { store } = connect({ options: JSON.parse(options) });
const upload = await store.createUpload('film', { contentType: 'video/mp4' });
writeFileSync(file, JSON.stringify(upload.state));
await upload.send(stream(Number(bytes)), {
  onState: ({ parts }) => void process.stdout.write(`${parts.length}\n`),
});
process.stdout.write('sent\n');
