// Runs every benchmark in this folder, one after the other, each in a process of its own; with arguments, those whose
// name contains one of them; what begins with -- is passed on to them. Each prints its figures beside a named reference
// measured in the same run.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';

const options = process.argv.slice(2).filter((each) => each.startsWith('--'));
const wanted = process.argv.slice(2).filter((each) => !each.startsWith('--'));
if (options.includes('--help') && wanted.length === 0) {
  console.log('npm run bench -- [NAME …] [--OPTION …], where a name is part of one of:');
  console.log(allFiles().join('  '));
  console.log(
    'Without a name all are run, which takes hours. NAME … --help says what each tells, and its options.',
  );
  process.exit(0);
}
const files = allFiles().filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
let failed = files.length === 0;
if (failed) console.error(`Expected part of one of ${allFiles().join(', ')}; ${wanted.join(', ')} came.`);
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

function allFiles(): string[] {
  return globSync('*.ts', { cwd: import.meta.dirname })
    .filter((file) => file !== basename(import.meta.filename))
    .sort();
}
