// The circuit of the gateway as a netlist, run by ngspice: a second opinion on what packages/sim/src/winky works out.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CircuitOptions, ScopeTrace, SourceOptions } from '@kilowink/sim/winky';

/** A curve: seconds and values. */
export interface Curve {
  readonly timesS: readonly number[];
  readonly values: readonly number[];
}

const WAVE_HZ = 50_000;

/**
 * The meter's terminals and the bridge, wave by wave: what flows on average into a voltage that is held, after some
 * waves. These diodes have a capacitance and take their time to stop, which the simulator leaves out.
 */
export function runBridge(source: SourceOptions, busVolts: readonly number[]): number[] {
  const { diode } = source;
  return busVolts.map((volts) => {
    const curve = run(
      [
        `V1 open 0 SIN(0 ${source.openVrms * Math.SQRT2} ${WAVE_HZ})`,
        `R1 open i1 ${source.resistanceOhm}`,
        ...['D1 i1 plus', 'D2 0 plus', 'D3 minus i1', 'D4 minus 0'].map((place) => `${place} DB`),
        `.model DB D(IS=${diode.saturationA} N=${diode.emission} RS=${diode.resistanceOhm} CJO=10p TT=10n)`,
        `VBUS plus sense ${volts}`,
        'VSENSE sense minus 0',
        'RGND minus 0 1G',
        '.options temp=27 reltol=1e-5',
        '.tran 20n 300u 100u 20n',
      ],
      'i(vsense)',
    );
    return Math.abs(mean(curve));
  });
}

/** The capacitors behind the bridge's mean current, with the module's current as it was simulated. */
export function runLife(
  circuit: CircuitOptions,
  bridge: { readonly volts: readonly number[]; readonly currentsA: readonly number[] },
  life: {
    readonly trace: ScopeTrace;
    readonly loadA: (index: number) => number;
    readonly suppliedFrom: readonly (readonly [atMs: number, isSupplied: boolean])[];
  },
): Curve {
  const { bank, limiter, regulator, supervisor } = circuit;
  const idleA = limiter.quiescentA + regulator.quiescentA + supervisor.quiescentA;
  const table = bridge.volts.map((volts, i) => `${volts},${bridge.currentsA[i]}`).join(',');
  const endS = (life.trace.times.at(-1) ?? 0) / 1_000;
  // Within 10 mV of its limit the limiting regulator closes.
  const room = `min(1,max(0,(${limiter.limitV}+0.01-v(bank))/0.02))`;
  return run(
    [
      `VSUP sup 0 PWL(${steps(life.suppliedFrom.map(([atMs, on]) => [atMs, on ? 1 : 0]))})`,
      `BSRC 0 bank I = v(sup)*${room}*pwl(max(0,v(bank))+${limiter.dropoutOhm}*0.025,${table})`,
      `VLOAD load 0 PWL(${steps(loadSteps(life.trace, life.loadA))})`,
      'BLOAD bank 0 I = v(load)',
      `IIDLE bank 0 ${idleA}`,
      `RESR bank inside ${bank.esrOhm}`,
      `CFAST inside 0 ${bank.capacitanceF * (1 - bank.slowShare)} IC=0`,
      `RSLOW inside slow ${bank.slowOhm}`,
      `CSLOW slow 0 ${bank.capacitanceF * bank.slowShare} IC=0`,
      `RLEAK inside 0 ${bank.leakageOhm}`,
      `.tran 100m ${endS} 0 100m UIC`,
    ],
    'v(bank)',
  );
}

/** The value of a curve at a time. */
export function valueAt(curve: Curve, timeS: number): number {
  const { timesS, values } = curve;
  let low = 0;
  let high = timesS.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((timesS[middle] ?? 0) <= timeS) low = middle;
    else high = middle;
  }
  const [t0 = 0, t1 = 0] = [timesS[low], timesS[high]];
  const [v0 = 0, v1 = 0] = [values[low], values[high]];
  return t1 === t0 ? v0 : v0 + ((v1 - v0) * (timeS - t0)) / (t1 - t0);
}

function loadSteps(trace: ScopeTrace, loadA: (index: number) => number): (readonly [number, number])[] {
  const changes: [number, number][] = [];
  trace.times.forEach((_, i) => {
    // A record says what was drawn until its time.
    const fromMs = i === 0 ? 0 : (trace.times[i - 1] ?? 0);
    if (changes.at(-1)?.[1] !== loadA(i)) changes.push([fromMs, loadA(i)]);
  });
  return changes;
}

function steps(changes: readonly (readonly [atMs: number, value: number])[]): string {
  return changes
    .flatMap(([atMs, value], i) => {
      const before = changes[i - 1]?.[1] ?? value;
      return i === 0 ? [`0 ${value}`] : [`${atMs / 1_000} ${before}`, `${atMs / 1_000 + 1e-4} ${value}`];
    })
    .join(' ');
}

function mean({ timesS, values }: Curve): number {
  let sum = 0;
  for (let i = 1; i < timesS.length; i++) {
    const [from = 0, to = 0] = [timesS[i - 1], timesS[i]];
    sum += ((to - from) * ((values[i] ?? 0) + (values[i - 1] ?? 0))) / 2;
  }
  return sum / ((timesS.at(-1) ?? 0) - (timesS[0] ?? 0));
}

function run(lines: readonly string[], what: string): Curve {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-spice-'));
  try {
    const control = ['.control', 'set wr_singlescale', 'run', `wrdata curve.txt ${what}`, '.endc', '.end'];
    writeFileSync(join(folder, 'circuit.cir'), ['* winky', ...wrap(lines), ...control, ''].join('\n'));
    const { stdout, stderr } = spawnSync('ngspice', ['-b', 'circuit.cir'], { cwd: folder, encoding: 'utf8' });
    const text = readOutput(join(folder, 'curve.txt'), `${stdout}${stderr}`);
    const rows = text
      .trim()
      .split('\n')
      .map((row) => row.trim().split(/\s+/).map(Number));
    return { timesS: rows.map((row) => row[0] ?? 0), values: rows.map((row) => row[1] ?? 0) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Long lines are continued with a plus. */
function wrap(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/(.{400,}?) /g, '$1\n+ '));
}

function readOutput(path: string, said: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TypeError(`ngspice gave no curve:\n${said.slice(-2_000)}`, { cause: error });
  }
}
