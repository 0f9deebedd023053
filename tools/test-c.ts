// Builds firmware/core for this machine with every warning an error and with sanitizers, and runs its tests: its own,
// the golden vectors, and random traces on which it must agree with the TypeScript twin, event for event. Then cppcheck
// has to find nothing in it, and it has to compile for a Cortex-M0+, where its size is told. The closing line counts.
// `--seed=N` repeats a run of the random part, `--seconds=N` makes it longer.
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { C_WARNINGS, compileForChip, lintCoreC } from './lib/core-c.ts';
import { randomTrace } from './lib/pulse-fuzz.ts';
import { eventLines } from './lib/pulse-lines.ts';
import { readPulseVectors } from './lib/pulse-vectors.ts';

const core = join(import.meta.dirname, '../firmware/core');
const SANITIZERS = ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

const result = { passed: 0, failed: 0 };

function check(name: string, problem: string | undefined): void {
  result[problem === undefined ? 'passed' : 'failed'] += 1;
  if (problem !== undefined) console.log(`✖ ${name}\n  ${problem}`);
}

function option(name: string): number | undefined {
  const found = process.argv.find((argument) => argument.startsWith(`--${name}=`));
  return found === undefined ? undefined : Number(found.slice(name.length + 3));
}

function build(folder: string, name: string): string {
  const program = join(folder, name);
  const sources = [...globSync(join(core, 'src/*.c')), join(core, `test/${name}.c`)];
  const include = ['-D_POSIX_C_SOURCE=200809L', `-I${join(core, 'include')}`];
  const compiler = process.env['CC'] ?? 'gcc';
  const built = spawnSync(compiler, [...C_WARNINGS, ...SANITIZERS, ...include, ...sources, '-o', program]);
  check(`${name} builds`, built.status === 0 ? undefined : String(built.error ?? built.stderr));
  return program;
}

/** What the C program says of a trace. */
function runHost(
  program: string,
  trace: { rateHz: number; fullScaleMv: number; samplesMv: Int16Array },
): string[] {
  const { rateHz, fullScaleMv, samplesMv } = trace;
  const input = Buffer.from(samplesMv.buffer, samplesMv.byteOffset, samplesMv.byteLength);
  const { status, stdout, stderr } = spawnSync(program, [String(rateHz), String(fullScaleMv)], {
    input,
    maxBuffer: 1 << 28,
  });
  if (status !== 0) return [`exit ${status}: ${stderr}`];
  return String(stdout).split('\n').slice(0, -1);
}

function firstDifference(expected: readonly string[], found: readonly string[]): string | undefined {
  const count = Math.max(expected.length, found.length);
  for (let i = 0; i < count; i++) {
    if (expected[i] === found[i]) continue;
    return `line ${i + 1}: expected "${expected[i] ?? 'nothing'}", came "${found[i] ?? 'nothing'}"`;
  }
  return undefined;
}

function testVectors(host: string): void {
  for (const vector of readPulseVectors()) {
    check(`C, pulse vector: ${vector.name}`, firstDifference(vector.lines, runHost(host, vector)));
  }
}

function testRandomTraces(host: string): void {
  const seed = option('seed') ?? Math.floor(Math.random() * 2 ** 31);
  const untilMs = performance.now() + 1_000 * (option('seconds') ?? 4);
  let traces = 0;
  let samples = 0;
  let events = 0;
  while (performance.now() < untilMs && result.failed === 0) {
    const trace = randomTrace(seed + traces);
    const expected = eventLines(trace);
    const problem = firstDifference(expected, runHost(host, trace));
    if (problem !== undefined) check(`random trace of seed ${seed + traces}`, problem);
    traces += 1;
    samples += trace.samplesMv.length;
    events += expected.length;
  }
  check('TypeScript and C agree on random traces', traces > 0 ? undefined : 'none was tried');
  console.log(`  ${traces} random traces, ${samples} samples, ${events} events; --seed=${seed}`);
}

function testForChip(): void {
  check('cppcheck finds nothing in firmware/core/src', lintCoreC());
  const { sizes, problem } = compileForChip();
  check('firmware/core compiles for a Cortex-M0+', problem);
  const told = sizes.map(({ part, codeBytes, dataBytes }) => `${part} ${codeBytes}/${dataBytes}`);
  console.log(`  bytes of code/data on a Cortex-M0+ with -Os: ${told.join(', ')}`);
}

const folder = mkdtempSync(join(tmpdir(), 'kilowink-c-'));
try {
  for (const file of globSync(join(core, 'test/*_test.c'))) {
    const name = basename(file, '.c');
    const own = spawnSync(build(folder, name));
    check(name, own.status === 0 ? undefined : `${own.stdout}${own.stderr}`);
  }
  const host = build(folder, 'pulse_host');
  if (result.failed === 0) {
    testVectors(host);
    testRandomTraces(host);
  }
  testForChip();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${result.passed} passed, ${result.failed} failed`);
process.exit(result.failed === 0 ? 0 : 1);
