// Checks the types of every part in the environment it runs in: the pure packages without Node or DOM, the page
// without Node, the rest with Node.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const projects = ['tsconfig.pure.json', 'tsconfig.json', 'packages/web/tsconfig.json'];

let failed = false;
for (const project of projects) {
  const result = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', join(root, project)], {
    stdio: 'inherit',
  });
  failed ||= result.status !== 0;
}
process.exit(failed ? 1 : 0);
