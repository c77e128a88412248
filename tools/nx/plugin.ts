import { dirname } from 'node:path';
import { type CreateNodesV2, createNodesFromFiles, type TargetConfiguration } from '@nx/devkit';

/** Every package has the same targets; what they do stands in `targetDefaults` of `nx.json`. */
const packageTargets: Record<string, TargetConfiguration> = { build: {}, typecheck: {}, test: {} };

/** Folders of sources that are not packages: checked and tested, never built. */
const folderTargets: Record<string, TargetConfiguration> = { typecheck: {}, test: {} };

/** Infers the projects: a folder under `packages/` with a manifest, and `tools`, `examples`, `benchmarks`. */
export const createNodesV2: CreateNodesV2 = [
  '{packages/*/package.json,{tools,examples,benchmarks}/tsconfig.json}',
  (files, options, context) =>
    createNodesFromFiles(
      (file) => {
        const root = dirname(file);
        const project = root.startsWith('packages/')
          ? { targets: packageTargets }
          : { name: root, targets: folderTargets };
        return { projects: { [root]: project } };
      },
      files,
      options,
      context,
    ),
];
