/**
 * `npm run tarballs [-- --out <folder>] [--strict]`: writes a bill of materials for every package (default: `out/sbom`), and tells which licences users
 * take on and which vulnerabilities are known. Ends with 1 for a licence that is not allowed, or, with `--strict`, for a vulnerability of severity high or
 * critical, and when nothing can be known of them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { faultLines } from '../lib/fault.ts';
import { readWorkspace, repositoryRoot } from '../lib/workspace.ts';
import { audit, auditLines, deprecationLines } from './audit.ts';
import { foreignDependencies, readLock } from './dependencies.ts';
import { licenceFaults, licenceOf } from './licences.ts';
import { bomText, createBom } from './sbom.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join('out', 'sbom') },
    strict: { type: 'boolean', default: false },
  },
});
const workspace = readWorkspace(repositoryRoot);
const lock = readLock(repositoryRoot);

mkdirSync(values.out, { recursive: true });
for (const member of workspace.packages) {
  const file = join(values.out, `${basename(member.folder)}.cdx.json`);
  writeFileSync(file, bomText(createBom(member, workspace, lock)));
}
console.log(`${workspace.packages.length} bills of materials in ${values.out}`);

const dependencies = foreignDependencies(workspace, lock);
const licences = dependencies.map(({ path }) => licenceOf(repositoryRoot, path));
const counts = [...Map.groupBy(licences, (one) => one ?? 'not installed here')].map(
  ([licence, all]) => `${licence} ${all.length}`,
);
console.log(`licences: ${counts.join(', ')}`);
const faults = licenceFaults(workspace, lock);
for (const line of faultLines(faults)) console.error(line);

const known = await audit(repositoryRoot, dependencies);
for (const line of [...auditLines(known), ...deprecationLines(dependencies)]) console.log(line);
const grave =
  known.kind === 'unknown' ||
  known.vulnerabilities.some(({ severity }) => ['high', 'critical'].includes(severity));
process.exitCode = faults.length > 0 || (values.strict && grave) ? 1 : 0;
