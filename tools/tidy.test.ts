// What the compiler and Biome cannot see.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');

/** Each package with the packages of ours it may import: imports only go down. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  api: ['core'],
  sim: ['core'],
  link: ['core'],
  store: ['core'],
  server: ['core', 'api', 'link', 'store'],
  web: ['core', 'api'],
  cli: ['core', 'api', 'sim', 'link', 'store', 'server'],
};

/** What is written instead of something that is refused in sources. */
const BANNED: readonly { pattern: RegExp; instead: string; in: string; except?: RegExp }[] = [
  {
    pattern: /\bnew Error\(/,
    instead: 'an error of the catalogue, or assert()',
    in: 'packages/*/src/**/*.ts',
  },
  {
    pattern: /\b(TODO|FIXME|XXX|HACK)\b/,
    instead: 'doing it, or an entry in the notes',
    in: '**/*.{ts,tsx,c,h,cjs}',
  },
  {
    pattern: /\bDate\.now\(|\bperformance\.now\(/,
    instead: 'the Clock that is passed in',
    in: 'packages/{core,api,sim,store}/src/**/*.ts',
  },
  {
    pattern: /\bprocess\.env\b/,
    instead: 'the configuration, parsed once at the edge',
    in: 'packages/{core,api,sim,store,server}/src/**/*.ts',
  },
];

function sources(pattern: string): string[] {
  return globSync(pattern, { cwd: root, exclude: (name) => /node_modules|^dist$/.test(name) }).filter(
    (file) => !/node_modules|\/dist\//.test(file) && basename(file) !== 'tidy.test.ts',
  );
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function manifest(file: string): { dependencies?: Record<string, string>; name: string } {
  return JSON.parse(read(file));
}

test('packages depend only on packages below them', () => {
  for (const [name, below] of Object.entries(LAYERS)) {
    for (const file of sources(`packages/${name}/package.json`)) {
      const ours = Object.keys(manifest(file).dependencies ?? {}).filter((known) =>
        known.startsWith('@kilowink/'),
      );
      const above = ours.filter((known) => !below.includes(known.slice('@kilowink/'.length)));
      assert.deepEqual(above, [], `${name} may import ${below.join(', ') || 'nothing of ours'}`);
    }
  }
  const packages = sources('packages/*/package.json').map((file) => file.split('/')[1] ?? '');
  assert.deepEqual(
    packages.filter((name) => !(name in LAYERS)),
    [],
    'every package has its layer',
  );
});

for (const { pattern, instead, in: where } of BANNED) {
  test(`${pattern.source} is not used in ${where}`, () => {
    const found = sources(where)
      .filter((file) => !file.endsWith('.test.ts') && !file.includes('/dev/'))
      .flatMap((file) =>
        read(file)
          .split('\n')
          .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])),
      );
    assert.deepEqual(found, [], `use ${instead}`);
  });
}

test('every golden vector file is read by a test', () => {
  const tests = sources('packages/**/*.test.ts').map(read).join('\n');
  for (const file of sources('vectors/**/*.jsonl'))
    assert.ok(tests.includes(file), `${file} is read by a test`);
});

test('every run-time dependency has its line in ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md');
  for (const file of ['package.json', ...sources('packages/*/package.json')]) {
    const foreign = Object.keys(manifest(file).dependencies ?? {}).filter(
      (name) => !name.startsWith('@kilowink/'),
    );
    for (const name of foreign) assert.match(text, new RegExp(`\\| \`${name}\` +\\|`), `${name} of ${file}`);
  }
});

test('the lockfile holds no download addresses', () => {
  const addresses = read('package-lock.json').match(/"resolved": "(?!packages\/)[^"]*"/g) ?? [];
  assert.deepEqual(addresses, []);
});

test('the lockfile names the optional packages of every platform', () => {
  // `npm ci` refuses a lockfile without them, and a registry that lacks some makes npm leave them out.
  const { packages }: { packages: Record<string, { optionalDependencies?: Record<string, string> }> } =
    JSON.parse(read('package-lock.json'));
  const named = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies),
  );
  const missing = named.filter((name) => !(`node_modules/${name}` in packages));
  assert.deepEqual(missing, []);
});

test('no package that is made for one kind of machine asks for a Node in the lockfile', () => {
  // npm leaves it out without a word where the system's Node is older, though the project's own Node is what runs it.
  const { packages }: { packages: Record<string, { cpu?: string[]; engines?: object }> } = JSON.parse(
    read('package-lock.json'),
  );
  const asking = Object.entries(packages).filter(
    ([, { cpu, engines }]) => cpu !== undefined && engines !== undefined,
  );
  assert.deepEqual(
    asking.map(([place]) => place),
    [],
  );
});

test('every package says what it is for', () => {
  for (const file of sources('packages/*/package.json')) {
    const readme = file.replace('package.json', 'README.md');
    assert.match(read(readme), /^# /, readme);
  }
});

test('links between documents lead somewhere', () => {
  for (const file of sources('**/*.md')) {
    const folder = join(root, file, '..');
    for (const [, target = ''] of read(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)[^)]*\)/g)) {
      assert.ok(globSync(target, { cwd: folder }).length > 0, `${file}: ${target}`);
    }
  }
});

test('each benchmark says what it does before it does it: with --help its head is told, and nothing is run', () => {
  for (const file of sources('bench/*.ts').filter((each) => basename(each) !== 'main.ts'))
    assert.match(read(file), /^(\/\/ .+\n)+import '\.\/lib\/help\.ts';\n/, file);
  const crash = join(root, 'bench/crash.ts');
  const { stdout } = spawnSync(process.execPath, [crash, '--help'], { encoding: 'utf8', timeout: 60_000 });
  assert.match(stdout, /^Kills the server again and again[^/]*CRASH_ONLY[^\n]*\n$/);
});
