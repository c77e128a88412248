/** Goes on with an upload until it is killed: `node killed-child.ts <options as JSON> …`, the rest as `runKilledUpload` reads it. */
import { runKilledUpload } from '@im/testing';
import { connect } from '../__tests__/connect.ts';
import { killed } from '../__tests__/killed.ts';

const [options = '', ...words] = process.argv.slice(2);
const { partBytes, concurrency } = killed;
await using connected = connect({
  options: JSON.parse(options),
  resilience: { retry: { maxAttempts: 30, initialMs: 1, maxMs: 20 }, breaker: false, retryBudget: false },
  store: { partBytes, concurrency },
});
await runKilledUpload(connected.store, words);
