// Throws what libFuzzer finds at the C decoder of the customer output, beginning with the captured frames: node
// tools/fuzz-tic.ts --seconds=300. It needs clang with its run-time (Debian: clang libclang-rt-14-dev). What makes it fail is
// printed in hex, to become a vector. Not part of npm test, which runs random lines against the TypeScript twin instead.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildTicC } from './lib/tic-c.ts';
import { TIC_VECTORS } from './lib/tic-vectors.ts';

const seconds = Number(/^--seconds=(\d+)$/.exec(process.argv[2] ?? '')?.[1] ?? 120);
const folder = mkdtempSync(join(tmpdir(), 'kilowink-fuzz-'));
const corpus = join(folder, 'corpus');
cpSync(join(TIC_VECTORS, 'frames'), corpus, { recursive: true });
const program = join(folder, 'tic_fuzz');
const how = ['-O1', '-g', '-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all'];
const problem = buildTicC(program, how, 'tic_fuzz.c');
if (problem !== null) {
  console.error(problem);
  process.exit(1);
}
const limits = [`-max_total_time=${seconds}`, '-max_len=2000', '-print_final_stats=1'];
const { status } = spawnSync(program, [corpus, ...limits, `-artifact_prefix=${folder}/found-`], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
for (const name of readdirSync(folder).filter((each) => each.startsWith('found-'))) {
  console.error(`${name}: ${readFileSync(join(folder, name)).toString('hex')}`);
}
rmSync(folder, { recursive: true });
process.exit(status === 0 ? 0 : 1);
