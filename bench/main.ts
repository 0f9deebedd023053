// Runs every benchmark in this folder, one after the other, each in a process of its own; with arguments, those whose
// name contains one of them; what begins with -- is passed on to them. Each prints its figures beside a named reference
// measured in the same run.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';

const options = process.argv.slice(2).filter((each) => each.startsWith('--'));
const wanted = process.argv.slice(2).filter((each) => !each.startsWith('--'));
const files = globSync('*.ts', { cwd: import.meta.dirname })
  .filter((file) => file !== basename(import.meta.filename))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();
let failed = files.length === 0;
for (const file of files) {
  console.log(`\n── ${basename(file, '.ts')}`);
  const { status } = spawnSync(
    process.execPath,
    ['--expose-gc', join(import.meta.dirname, file), ...options],
    {
      stdio: 'inherit',
    },
  );
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
