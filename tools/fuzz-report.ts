// Throws what libFuzzer finds at the C decoders of version 2, beginning with the golden vectors: node tools/fuzz-report.ts
// --seconds=300. It needs clang with its run-time (Debian: clang libclang-rt-14-dev). What makes it fail is printed in hex,
// to become a vector. Not part of npm test, which runs random reports against the TypeScript twin instead.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, readVectors } from '../vectors/read-vectors.ts';
import { buildReportC } from './lib/report-c.ts';

const seconds = Number(/^--seconds=(\d+)$/.exec(process.argv[2] ?? '')?.[1] ?? 120);
const folder = mkdtempSync(join(tmpdir(), 'kilowink-fuzz-'));
const corpus = join(folder, 'corpus');
mkdirSync(corpus);
for (const file of ['v1', 'v2', 'v2-short', 'v2-answer']) {
  for (const [index, { hex }] of readVectors<{ hex: string }>(`vectors/report/${file}.jsonl`).entries()) {
    writeFileSync(join(corpus, `${file}-${index}`), bytesOf(hex));
  }
}
const program = join(folder, 'report_fuzz');
const problem = buildReportC(program, {
  main: 'report_fuzz.c',
  compiler: 'clang',
  sanitize: 'fuzzer,address,undefined',
});
if (problem !== null) {
  console.error(problem);
  process.exit(1);
}
const limits = [`-max_total_time=${seconds}`, '-max_len=1400', '-print_final_stats=1'];
const { status } = spawnSync(program, [corpus, ...limits, `-artifact_prefix=${folder}/found-`], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
for (const name of readdirSync(folder).filter((each) => each.startsWith('found-'))) {
  console.error(`${name}: ${readFileSync(join(folder, name)).toString('hex')}`);
}
rmSync(folder, { recursive: true });
process.exit(status === 0 ? 0 : 1);
