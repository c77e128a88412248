export { type ExitCode, exitCodes } from './exit-codes.ts';
export { type Failure, Interrupted } from './failure.ts';
export { type Input, type Io, type Output, processIo } from './io.ts';
export { run } from './run.ts';
