/** Every command of `im`, in the order of `im --help`. A new one is a file and a line here. */
import type { Command } from './command.ts';
import { call } from './commands/call.ts';
import { check } from './commands/check.ts';
import { completion } from './commands/completion.ts';
import { configExplain } from './commands/config-explain.ts';
import { configValidate } from './commands/config-validate.ts';
import { conformance } from './commands/conformance.ts';
import { doctor } from './commands/doctor.ts';
import { health } from './commands/health.ts';
import { init } from './commands/init.ts';
import { list } from './commands/list.ts';
import { logs } from './commands/logs.ts';
import { sandboxCommand } from './commands/sandbox.ts';
import { serve } from './commands/serve.ts';
import { verify } from './commands/verify.ts';

export const commands: readonly Command[] = [
  init,
  doctor,
  list,
  check,
  health,
  call,
  configValidate,
  configExplain,
  conformance,
  verify,
  sandboxCommand,
  serve,
  logs,
  completion,
];
