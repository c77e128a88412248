import { ConfigurationError, requireOptional } from '@im/core';
import { type AlertRule, parseAlertRules } from './rules.ts';
import type { CustomSignal } from './signals.ts';

interface YamlParser {
  parse(text: string): unknown;
}

/**
 * Reads rules from YAML (or JSON, which is YAML): a list, or a mapping with the list under `rules`. Needs the package `yaml`.
 *
 * @param file name for messages
 * @throws {@link ConfigurationError} for text that is no YAML, with the line, and for every fault of every rule
 */
export function readAlertRules(
  text: string,
  options: {
    readonly file?: string | undefined;
    readonly signals?: Readonly<Record<string, CustomSignal>> | undefined;
  } = {},
): readonly AlertRule[] {
  const { file = 'alerts.yaml', signals } = options;
  const yaml = requireOptional<YamlParser>('yaml', 'reading alert rules', import.meta.url);
  let raw: unknown;
  try {
    raw = yaml.parse(text);
  } catch (error) {
    const { linePos } = error as {
      readonly linePos?: readonly { readonly line: number; readonly col: number }[];
    };
    const place = { file, line: linePos?.[0]?.line, column: linePos?.[0]?.col };
    throw new ConfigurationError([{ path: '', says: 'is no YAML', remedy: 'correct the line', place }], {
      subject: 'alert rules',
    });
  }
  const rules = typeof raw === 'object' && raw !== null && 'rules' in raw ? raw.rules : raw;
  return parseAlertRules(rules, signals);
}
