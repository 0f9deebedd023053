// Builds the page into packages/web/dist.
//   --if-stale    only when what it is made of has changed since the last build; says nothing when it has not
//   --check-size  fails when the page's JavaScript is larger than the limit, compressed as it is sent
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const root = join(import.meta.dirname, '..');
const web = join(root, 'packages/web');
const dist = join(web, 'dist');
const stamp = join(dist, '.made-of');
const JAVASCRIPT_BYTES_MAX = 100_000;

const flags = new Set(process.argv.slice(2));
const madeOf = fingerprint();
const isFresh = flags.has('--if-stale') && existsSync(stamp) && readFileSync(stamp, 'utf8') === madeOf;
if (!isFresh) await build();
if (!isFresh || flags.has('--check-size')) checkSize();

async function build(): Promise<void> {
  // Loading Vite takes longer than finding out that it is not needed.
  const { build: viteBuild } = await import('vite');
  await viteBuild({
    root: web,
    configFile: false,
    base: '/',
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: dist,
      emptyOutDir: true,
      target: 'es2022',
      // The content policy allows no data: addresses.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        // The contract's schemas stay on the server: what the page takes from it are constants and types.
        treeshake: { moduleSideEffects: (id: string) => !/packages\/api\/|node_modules\/zod\//.test(id) },
      },
    },
  });
  compress();
  writeFileSync(stamp, madeOf);
}

/** The server sends these in place of the files where the browser takes them, so that nothing is compressed twice. */
function compress(): void {
  for (const name of globSync('{index.html,assets/*.{js,css,svg}}', { cwd: dist })) {
    const file = join(dist, name);
    const content = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    writeFileSync(`${file}.br`, brotliCompressSync(content));
  }
}

function checkSize(): void {
  const scripts = globSync('assets/*.js', { cwd: dist }).map((name) => readFileSync(join(dist, name)));
  const sizeBytes = scripts.reduce((total, script) => total + gzipSync(script).length, 0);
  console.log(
    `The page's JavaScript: ${(sizeBytes / 1_000).toFixed(1)} kB compressed, ${scripts.length} file(s).`,
  );
  const hasZod = scripts.some((script) => script.includes('ZodError'));
  if (hasZod)
    console.error('The page carries zod: something imports more than types and constants from the API.');
  const isTooLarge = sizeBytes > JAVASCRIPT_BYTES_MAX;
  if (isTooLarge) console.error(`At most ${JAVASCRIPT_BYTES_MAX / 1_000} kB are allowed.`);
  if (flags.has('--check-size') && (isTooLarge || hasZod)) process.exit(1);
}

function fingerprint(): string {
  const hash = createHash('sha256');
  const patterns = ['packages/web/src/**', 'packages/core/src/**', 'packages/api/src/**'];
  const single = ['packages/web/index.html', 'package-lock.json', 'tools/build-web.ts'];
  const files = globSync(patterns, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of [...files.sort(), ...single.map((name) => join(root, name))]) {
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}
