// Imported first by each benchmark: asked with --help, it tells what stands at the head of that file, and nothing is run.
import { readFileSync } from 'node:fs';

const [, file = ''] = process.argv;

if (process.argv.includes('--help')) {
  const [head = ''] = /^(?:\/\/.*\n)*/.exec(readFileSync(file, 'utf8')) ?? [];
  process.stdout.write(head.replaceAll(/^\/\/ ?/gm, ''));
  process.exit(0);
}
