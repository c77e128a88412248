/** What all packages have in common, as data. */

/** The two small configuration files, the same in every package. */
export const configuration: Readonly<Record<string, unknown>> = {
  'tsconfig.json': {
    extends: '../../tsconfig.base.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist' },
    include: ['src'],
  },
  'tsconfig.build.json': {
    extends: './tsconfig.json',
    exclude: ['src/**/*.test.ts', 'src/**/__tests__', 'src/**/__fixtures__'],
  },
};
/** Files that every package has. */
export const needed = ['package.json', 'README.md', 'LICENSE'];
/** All that may lie in the folder of a package. */
export const allowed = new Set([
  ...needed,
  ...Object.keys(configuration),
  'CHANGELOG.md',
  'conformance.json',
  'src',
  'dist',
  'node_modules',
]);
/** Files below `src` that every provider has. */
export const providerFiles = ['options.ts', 'errors.ts', 'testing.ts'];
/** Fields of the manifest that are the same everywhere. */
export const manifestFields = {
  type: 'module',
  license: 'MIT',
  sideEffects: false,
  engines: { node: '>=22.12' },
  files: ['dist', 'src', '!src/**/*.test.ts', '!src/**/__tests__', '!src/**/__fixtures__'],
  publishConfig: { access: 'public' },
};
/** A provider carries what was proven of it. */
export const providerFields = { ...manifestFields, files: [...manifestFields.files, 'conformance.json'] };
/** Headings of every README; of a provider there are more. */
export const headings = ['Install', 'Example'];
/** Headings of the README of a provider. */
export const providerHeadings = [...headings, 'Options', 'Operations', 'Limits', 'What is odd about'];
/** Most lines of the README of a provider. */
export const readmeLines = 100;
