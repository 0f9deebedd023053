// The decoder of the customer output on captured streams, joined to a large buffer and fed in pieces as a port gives them:
// groups verified and frames told; the same with every group's text, and with what a frame says. Beside it the C twin, and
// the npm package `teleinfo` (historique only), installed into a folder of this run. `--mb=32` sets the size.
import './lib/help.ts';
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupValue, readFrame, type TicFrame, TicParser, type TicSink } from '@kilowink/core/tic';
import { buildTicC } from '../tools/lib/tic-c.ts';
import { TIC_VECTORS } from '../tools/lib/tic-vectors.ts';
import { median, printTable } from './lib/figures.ts';

const ROUNDS = 9;
const PIECE_BYTES = 65_536;
const GOAL_MB_S = 100;

function option(name: string, fallback: number): number {
  const start = `--${name}=`;
  return Number(process.argv.find((argument) => argument.startsWith(start))?.slice(start.length) ?? fallback);
}

/** All captured streams whose name begins so, again and again, up to a size. */
function joinStreams(prefix: string, sizeMb: number): Uint8Array {
  const files = globSync(`frames/${prefix}*.bin`, { cwd: TIC_VECTORS }).sort();
  const once = Buffer.concat(files.map((file) => readFileSync(join(TIC_VECTORS, file))));
  const times = Math.ceil((sizeMb * 1e6) / once.length);
  return new Uint8Array(Buffer.concat(Array.from({ length: times }, () => once)));
}

interface Measured {
  readonly mbS: number;
  readonly bestMbS: number;
  readonly groups: number;
}

/** Median and best of some runs, by the time this thread had a core; the first two only warm up. */
function measure(bytes: Uint8Array, run: (bytes: Uint8Array) => number): Measured {
  const rates: number[] = [];
  let groups = 0;
  for (let round = 0; round < ROUNDS + 2; round++) {
    const startUs = threadUs();
    groups = run(bytes);
    if (round >= 2) rates.push(bytes.length / (threadUs() - startUs));
  }
  return { mbS: median(rates), bestMbS: Math.max(...rates), groups };
}

function threadUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

function decode(bytes: Uint8Array, sink: TicSink): number {
  const parser = new TicParser();
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    parser.feed(bytes.subarray(from, from + PIECE_BYTES), sink);
  }
  parser.end(sink);
  return parser.counters.groupsOk;
}

const WAYS: readonly [string, (bytes: Uint8Array) => number][] = [
  ['TypeScript, groups verified, frames told', (bytes) => decode(bytes, { frame() {} })],
  [
    'TypeScript, and the value of each group',
    (bytes) => {
      let values = 0;
      const frame = ({ groups }: TicFrame) => {
        for (const group of groups) if (groupValue(group) !== null) values += 1;
      };
      decode(bytes, { frame });
      return values;
    },
  ],
  [
    'TypeScript, and what each frame says',
    (bytes) => decode(bytes, { frame: (frame) => void readFrame(frame) }),
  ],
];

function row(name: string, stream: string, measured: Measured): string[] {
  return [name, stream, measured.mbS.toFixed(1), measured.bestMbS.toFixed(1), String(measured.groups)];
}

/** Null where there is no C compiler. */
function measureC(folder: string, bytes: Uint8Array): Measured | null {
  const program = join(folder, 'tic_host');
  if (buildTicC(program, ['-O2']) !== null) return null;
  const rates: number[] = [];
  let groups = 0;
  const times = 10;
  for (let round = 0; round < 3; round++) {
    const { stdout } = spawnSync(program, ['--time', String(times)], { input: bytes.subarray(0, 1 << 24) });
    const [nsAByte = Number.NaN, counted = 0] = String(stdout).split(' ').map(Number);
    rates.push(1_000 / nsAByte);
    groups = Math.round(counted / times);
  }
  return { mbS: median(rates), bestMbS: Math.max(...rates), groups };
}

type Teleinfo = { teleinfo: (port: string) => { on(event: string, take: (frame: object) => void): void } };

/** The `teleinfo` package without its port. Null where it can not be installed. */
function installTeleinfo(folder: string): ((bytes: Uint8Array) => number) | null {
  const npm = [
    'install',
    '--prefix',
    folder,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    'teleinfo@0.1.0',
  ];
  if (spawnSync('npm', npm, { timeout: 60_000 }).status !== 0) return null;
  const modules = join(folder, 'node_modules');
  rmSync(join(modules, 'serialport'), { recursive: true });
  mkdirSync(join(modules, 'serialport'));
  cpSync(join(import.meta.dirname, 'lib/old-serialport.cjs'), join(modules, 'serialport/index.js'));
  writeFileSync(join(modules, 'serialport/package.json'), '{"main":"index.js"}');
  const require = createRequire(join(modules, 'teleinfo/package.json'));
  let groups = 0;
  const { teleinfo }: Teleinfo = require('./teleinfo.js');
  teleinfo('').on('tramedecodee', (frame) => {
    groups += Object.keys(frame).length;
  });
  const port: { feed: (bytes: Buffer) => void } = require('serialport');
  return (bytes) => {
    groups = 0;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      port.feed(buffer.subarray(from, from + PIECE_BYTES));
    }
    return groups;
  };
}

const sizeMb = option('mb', 16);
const streams: readonly [string, Uint8Array][] = [
  ['historique', joinStreams('stream-hist', sizeMb)],
  ['standard', joinStreams('stream-std', sizeMb)],
  ['both', joinStreams('stream', sizeMb)],
];
const rows = [['decoder', 'streams', 'MB/s', 'best', 'groups']];
const reached: string[] = [];
for (const [way, run] of WAYS) {
  for (const [stream, bytes] of streams) {
    const measured = measure(bytes, run);
    rows.push(row(way, stream, measured));
    if (way === WAYS[0]?.[0]) reached.push(`${stream} ${measured.mbS >= GOAL_MB_S ? 'met' : 'MISSED'}`);
  }
}
const folder = mkdtempSync(join(tmpdir(), 'kilowink-bench-'));
const notes: string[] = [];
try {
  for (const [stream, bytes] of streams) {
    const measured = measureC(folder, bytes);
    if (measured !== null) rows.push(row('C, -O2', stream, measured));
    else if (stream === 'both') notes.push('C: no compiler here, so not measured');
  }
  const teleinfo = installTeleinfo(folder);
  const [, historique] = streams[0] ?? ['', new Uint8Array(0)];
  if (teleinfo === null) notes.push('npm teleinfo: could not be installed here, so not measured');
  else rows.push(row('npm teleinfo 0.1.0', 'historique', measure(historique, teleinfo)));
} finally {
  rmSync(folder, { recursive: true });
}
printTable(rows);
console.log(`\ngoal of ${GOAL_MB_S} MB/s on one core: ${reached.join(', ')}`);
for (const note of notes) console.log(note);
