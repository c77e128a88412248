/** `npm run deploy:files`: writes the rules and dashboards of `deploy/compose`. */
import { repositoryRoot } from '../lib/workspace.ts';
import { writeGenerated } from './generated.ts';

process.stdout.write(`${(await writeGenerated(repositoryRoot)).join('\n')}\n`);
