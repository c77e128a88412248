import type { Finding } from './finding.ts';

/** Least version of Node that the packages are made for, as in their manifests. */
const least = [22, 12] as const;

/** Whether this Node is new enough. */
export function examineNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const says = `Node ${version.replace(/^v/, '')}`;
  if (major > least[0] || (major === least[0] && minor >= least[1]))
    return { area: 'node', level: 'fine', says };
  const remedy = `install Node ${least.join('.')} or newer`;
  return { area: 'node', level: 'wrong', says: `${says} is too old`, remedy };
}
