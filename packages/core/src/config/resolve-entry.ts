/**
 * Finds the file of a package's subpath by its `exports`, for an import that starts in another folder than this one
 * (which `import()` cannot do): conditions in the order of the manifest, one `*` in a subpath.
 *
 * See https://nodejs.org/api/packages.html#conditional-exports.
 */

/** Path of the entry inside the package; `undefined` when it is not exported. */
export function resolveEntry(
  manifest: { readonly exports?: unknown; readonly main?: unknown },
  subpath: string,
  conditions: ReadonlySet<string> = activeConditions(),
): string | undefined {
  const { exports, main } = manifest;
  if (exports === undefined || exports === null) {
    if (subpath !== '.') return subpath;
    return typeof main === 'string' ? main : 'index.js';
  }
  const bySubpath = isRecord(exports) && Object.keys(exports).some((key) => key.startsWith('.'));
  if (!bySubpath) return subpath === '.' ? target(exports, '', conditions) : undefined;
  if (Object.hasOwn(exports, subpath)) return target(exports[subpath], '', conditions);
  for (const [pattern, value] of Object.entries(exports)) {
    const [head = '', tail] = pattern.split('*', 2);
    if (tail === undefined || !subpath.startsWith(head) || !subpath.endsWith(tail)) continue;
    if (subpath.length < head.length + tail.length) continue;
    return target(value, subpath.slice(head.length, subpath.length - tail.length), conditions);
  }
  return undefined;
}

function target(value: unknown, star: string, conditions: ReadonlySet<string>): string | undefined {
  if (typeof value === 'string') return value.startsWith('./') ? value.replaceAll('*', star) : undefined;
  const choices = Array.isArray(value)
    ? value
    : isRecord(value)
      ? Object.entries(value).flatMap(([condition, choice]) => (conditions.has(condition) ? [choice] : []))
      : [];
  for (const choice of choices) {
    const found = target(choice, star, conditions);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Node's own conditions and those of its command line; beside core run from source, other packages are too. */
function activeConditions(): ReadonlySet<string> {
  const words = process.execArgv.flatMap((word) => word.split('='));
  const given = words.filter((_, index) => ['--conditions', '-C'].includes(words[index - 1] ?? ''));
  const source = import.meta.url.endsWith('.ts') ? ['@im/source'] : [];
  return new Set(['node', 'import', 'module-sync', 'default', ...given, ...source]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
