import {
  type BucketsAnswer,
  bucketsAnswer,
  type GaugeBucketsAnswer,
  gaugeBucketsAnswer,
  gaugeWindowsAnswer,
  windowsAnswer,
} from '@kilowink/api';
import { type Buckets, type Kind, timedSumOf } from '@kilowink/core/series';
import { HOUR_MS } from '@kilowink/core/time';
import { serverError } from '../errors.ts';
import { Decimals, MadeNumbers } from './json-bytes.ts';

/** A tenth of a watt is finer than any meter here. */
const PER_WATT = 10;
const PER_UNIT = 1_000;
const PER_WHOLE = 10_000;

/** The columns that an answer may have, by what is asked and the kind of the series. */
const KNOWN = {
  buckets: { sum: namesOf(bucketsAnswer), mean: namesOf(gaugeBucketsAnswer) },
  windows: { sum: namesOf(windowsAnswer), mean: namesOf(gaugeWindowsAnswer) },
};

function namesOf(answer: { shape: { columns: { shape: object } } }): readonly string[] {
  return Object.keys(answer.shape.columns.shape);
}

/** How each column of an answer is made, in their order; one that there is nothing to tell of gives nothing. */
export type Makers<Columns extends object> = Readonly<Record<keyof Columns, () => Decimals | null>>;

/** The columns that a query asks for. */
export class AskedColumns {
  readonly #names: ReadonlySet<string> | null;

  /** All where `names` is left out. Throws `query/columns` where no such answer has one of them. */
  constructor(what: keyof typeof KNOWN, kind: Kind, names: readonly string[] | undefined) {
    const known = KNOWN[what][kind];
    const unknown = names?.find((name) => !known.includes(name));
    if (unknown !== undefined)
      throw serverError('query/columns', { known: known.join(', '), value: unknown });
    this.#names = names === undefined ? null : new Set(names);
  }

  /** Those columns; the others are not made. */
  pick<Name extends string>(
    makers: Readonly<Record<Name, () => Decimals | null>>,
  ): Partial<Record<Name, Decimals>> {
    const picked: Partial<Record<Name, Decimals>> = {};
    for (const name in makers) {
      const column = this.#names?.has(name) === false ? null : makers[name]();
      if (column !== null) picked[name] = column;
    }
    return picked;
  }
}

/** Buckets in stored units as the API's columns in Wh and W. Nothing measured is null, never 0. */
export function bucketColumns(
  buckets: Buckets,
  edges: Float64Array,
  unitsPerWh: number,
): Omit<Makers<BucketsAnswer['columns']>, 'powerW'> {
  const { sums, recoveredSums } = buckets;
  return {
    start: () => new Decimals(buckets.starts),
    energyWh: () => energies(sums, unitsPerWh),
    powerMeanW: () => meansOf(buckets, unitsPerWh),
    powerMinW: () => rounded(buckets.rateMin, unitsPerWh, PER_WATT),
    powerMaxW: () => rounded(buckets.rateMax, unitsPerWh, PER_WATT),
    coverage: () => coverageOf(buckets, edges),
    recoveredWh: () => (recoveredSums === undefined ? null : energies(recoveredSums, unitsPerWh)),
  };
}

/** Buckets of a gauge as the API's columns, in the unit of the series. */
export function gaugeColumns(buckets: Buckets, edges: Float64Array): Makers<GaugeBucketsAnswer['columns']> {
  return {
    start: () => new Decimals(buckets.starts),
    mean: () => rounded(buckets.means ?? buckets.starts, 1, PER_UNIT),
    min: () => rounded(buckets.rateMin, 1, PER_UNIT),
    max: () => rounded(buckets.rateMax, 1, PER_UNIT),
    coverage: () => coverageOf(buckets, edges),
  };
}

/** The power that flashes tell, W; nothing where there is none to tell. */
export function drawnColumn(powerW: Float64Array | null): Decimals | null {
  return powerW === null ? null : rounded(powerW, 1, PER_WATT);
}

/** Whoever adds buckets of a few seconds up would else be a watt-hour off after some thousands of them. */
function energies(column: Float64Array, unitsPerWh: number): Decimals {
  return new Decimals(column, PER_UNIT, unitsPerWh, { isSummed: true });
}

function rounded(column: Float64Array, divisor: number, perUnit: number): Decimals {
  return new Decimals(column, perUnit, divisor);
}

function meansOf(buckets: Buckets, unitsPerWh: number): Decimals {
  const { validMs, sums, recoveredSums } = buckets;
  const timedSums = buckets.timedSums ?? (recoveredSums === undefined ? sums : null);
  const make: MadeNumbers['make'] = (part, first, end) => {
    for (let index = first; index < end; index += 1) {
      const measuredMs = validMs[index] as number;
      const timed = timedSums === null ? timedSumOf(buckets, index) : (timedSums[index] as number);
      part[index - first] = measuredMs > 0 ? (timed * HOUR_MS) / measuredMs / unitsPerWh : Number.NaN;
    }
  };
  return new Decimals(new MadeNumbers(sums.length, make), PER_WATT, 1);
}

function coverageOf({ validMs }: Buckets, edges: Float64Array): Decimals {
  const make: MadeNumbers['make'] = (part, first, end) => {
    for (let index = first; index < end; index += 1) {
      const lengthMs = (edges[index + 1] as number) - (edges[index] as number);
      part[index - first] = Math.min(1, (validMs[index] as number) / lengthMs);
    }
  };
  return new Decimals(new MadeNumbers(validMs.length, make), PER_WHOLE, 1);
}
