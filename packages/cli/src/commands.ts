/** Every command of `im`, in the order of `im --help`. A new one is a file and a line here. */
import type { Command } from './command.ts';
import { call } from './commands/call.ts';
import { check } from './commands/check.ts';
import { configExplain } from './commands/config-explain.ts';
import { configValidate } from './commands/config-validate.ts';
import { list } from './commands/list.ts';

export const commands: readonly Command[] = [list, check, call, configValidate, configExplain];
