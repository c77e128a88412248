/** Log lines for people. */
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const levelStyles: Readonly<Record<string, Style>> = {
  debug: 'dim',
  info: 'green',
  warn: 'yellow',
  error: 'red',
};

/** How {@link prettyLine} writes. */
export interface PrettyOptions {
  /** Default true. */
  readonly colour?: boolean | undefined;
}

/**
 * A JSON line as one for a terminal: `20:19:57.123 WARN  the vendor is slow  tenant=acme provider=shop`, an error's stack below. What is no
 * log line comes back as it is.
 */
export function prettyLine(line: string, { colour = true }: PrettyOptions = {}): string {
  const read = readLine(line);
  if (read === undefined) return line;
  const { time, level, message, ...fields } = read;
  const paint = (style: Style, text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const stacks = Object.values(fields).flatMap(stackOf);
  const shown = Object.entries(fields).map(
    ([name, value]) => `${paint('dim', `${name}=`)}${shownValue(value)}`,
  );
  const head = [
    paint('dim', String(time).slice(11, 23)),
    paint(levelStyles[String(level)] ?? 'dim', String(level).toUpperCase().padEnd(5)),
    paint('bold', printable(String(message))),
  ].join(' ');
  const below = stacks.map((stack) => `\n${paint('dim', stack.replace(/^/gm, '    '))}`).join('');
  return `${[head, ...shown].join('  ')}${below}\n`;
}

function readLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const read: unknown = JSON.parse(line);
    return typeof read === 'object' && read !== null && 'level' in read ? { ...read } : undefined;
  } catch {
    return undefined;
  }
}

function shownValue(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return printable(value);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  // The frames of a stack stand below.
  const { stack: _, ...rest } = isObject ? (value as Readonly<Record<string, unknown>>) : {};
  return printable(JSON.stringify(isObject ? rest : value));
}

/** Frames of an error's stack; the message stands in the line already. */
function stackOf(value: unknown): readonly string[] {
  const stack = typeof value === 'object' && value !== null && 'stack' in value ? value.stack : undefined;
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s*at /.test(line)) : [];
  return frames.length === 0 ? [] : [frames.map((line) => printable(line.trim())).join('\n')];
}

/** A terminal obeys control characters, and lines are forged by them. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
