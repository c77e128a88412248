import type { LogFields, Logger } from '@im/core';

/** A logger that writes one JSON object a line. Errors are shown by name and message; secrets do not print. */
export function jsonLogger(write: (line: string) => unknown): Logger {
  const at = (level: string) => (message: string, fields?: LogFields) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }, plain)}\n`);
  return { debug: () => undefined, info: at('info'), warn: at('warn'), error: at('error') };
}

function plain(_key: string, value: unknown): unknown {
  return value instanceof Error ? { name: value.name, message: value.message } : value;
}
