// The whole check in one run: types, lint, generated files, unit tests; and, without --check, the built page and the
// tests in a real browser. The closing line counts everything: "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const root = join(import.meta.dirname, '..');
const quick = process.argv.includes('--check');
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const total = { passed: 0, failed: 0 };

function step(name: string, command: string, args: readonly string[]): boolean {
  const started = performance.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? '✔' : '✖'} ${name} (${seconds} s)`);
  total[status === 0 ? 'passed' : 'failed'] += 1;
  return status === 0;
}

function own(script: string, ...args: string[]): [string, string[]] {
  return [process.execPath, [join(root, script), ...args]];
}

async function tests(patterns: readonly string[], concurrency: number): Promise<void> {
  const files = patterns
    .flatMap((pattern) => globSync(pattern, { cwd: root, exclude: (name) => name.includes('node_modules') }))
    .filter((file) => only.length === 0 || only.some((wanted) => file.includes(wanted)))
    .sort()
    .map((file) => join(root, file));
  if (files.length === 0) return;
  // A file that hangs ends all the same; forcing each to exit would lose what it has not yet told.
  const stream = run({ files, concurrency, cwd: root, timeout: 300_000 });
  stream.on('test:summary', ({ file, counts }) => {
    if (file !== undefined) return;
    total.passed += counts.passed;
    total.failed += counts.tests - counts.passed - counts.skipped - counts.todo;
  });
  for await (const chunk of stream.compose(new spec())) process.stdout.write(chunk);
}

if (only.length === 0) {
  step('types', ...own('tools/types.ts'));
  step('lint', join(root, 'node_modules/.bin/biome'), ['check', '--error-on-warnings', '.']);
  step('generated files fresh', ...own('tools/gen.ts', '--check'));
  step('firmware core in C', ...own('tools/test-c.ts'));
}
await tests(['packages/**/*.test.ts', 'tools/*.test.ts'], 2);
if (!quick) {
  const built = step(
    'page built, within its size',
    ...own('tools/build-web.ts', '--if-stale', '--check-size'),
  );
  // Each browser test starts its own server and browser: one at a time leaves the machine to what is measured.
  if (built) await tests(['e2e/**/*.test.ts'], 1);
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
