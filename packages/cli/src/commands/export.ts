import type { Buckets } from '@kilowink/core/series';
import { bucketEdges, type EpochMs, findStep, STEPS, type Step } from '@kilowink/core/time';
import { EnergyReader } from '@kilowink/server/truth';
import { openSqliteStoreReadOnly, type SeriesInfo } from '@kilowink/store';
import { Command } from 'commander';
import { machineClock } from '../clock.ts';
import { cliError } from '../errors.ts';
import { type CsvLines, createCsvLines } from '../export/csv-lines.ts';
import { parseMoment } from '../export/moment.ts';
import { openTextSink } from '../export/text-sink.ts';
import { describeAll, findSeries } from '../import/find-series.ts';
import { type PlaceOptions, placeSettings, withPlaceOptions } from '../truth/place.ts';

interface ExportOptions extends PlaceOptions {
  from?: string;
  to?: string;
  step: string;
  output?: string;
  uncorrected?: boolean;
  all?: true;
}

const STEP_NAMES = ['raw', ...STEPS.map((step) => step.name)];
/** Buckets read at once, which bounds memory. */
const BUCKETS_AT_ONCE = 8_192;

/** Written at once. */
const PIECE_CHARACTERS = 1 << 16;

const HELP = `
Times are a local date (its start), a local time, ISO 8601 with an offset, or UTC milliseconds:
  --from 2026-03-29   --to 2026-03-29T18:30   --to 2026-03-29T16:30Z   --to 1774801800000

Columns
  raw      start, start_local, duration_s, energy_Wh, power_W, coverage, reports, disagreements
  others   start, start_local, duration_s, energy_Wh, power_W, power_min_W, power_max_W, coverage

Columns of a gauge (VA, W, A, V)
  raw      start, start_local, duration_s, value_<unit>, coverage
  others   start, start_local, duration_s, mean_<unit>, min_<unit>, max_<unit>, coverage

With --all every series of energy is written, one after the other, each line with its source first: read beside a running server, in
one pass, and in little memory however many there are. A range in which a series has nothing gives no lines of it in raw.
  kilowink export --all --from 2026-10-01 --to 2026-11-01 --step 1h -o october.csv

Buckets follow corrections (kilowink correct); raw is what was measured. What several sensors make of one meter (\`measurements\` of the
configuration) is exported by its name.

Power is the mean over what was measured. A bucket in which nothing was measured has empty fields and coverage 0.
Days and longer are those of the zone; a day of 23 or 25 hours says so in duration_s.`;

/** `kilowink export`: measurements as CSV. */
export function exportCommand(): Command {
  return withPlaceOptions(new Command('export').description('Write measurements as CSV'))
    .option('--from <time>', 'first moment (default: the first measurement)')
    .option('--to <time>', 'the moment before which it ends (default: the last measurement)')
    .option('--step <step>', `one of ${STEP_NAMES.join(', ')}`, 'raw')
    .option('--all', 'every series of energy, with a column source before the others')
    .option('--uncorrected', 'buckets as they were measured, without corrections')
    .option('-o, --output <file>', 'file to write (default: standard output)')
    .addHelpText('after', HELP)
    .action(exportSeries);
}

async function exportSeries(options: ExportOptions): Promise<void> {
  const { config, zone } = placeSettings(options);
  const step = options.step === 'raw' ? null : stepOf(options.step);
  const fromMs = options.from === undefined ? null : parseMoment(options.from, '--from', zone);
  const toMs = options.to === undefined ? null : parseMoment(options.to, '--to', zone);
  const store = openSqliteStoreReadOnly({ folder: config.dataDir, clock: machineClock });
  try {
    const wanted = { fromMs, toMs, step, zone, isRaw: options.uncorrected === true };
    const reader = new EnergyReader(store, config.measurements);
    await writeLines(options.output, linesOfAll(reader, chosen(reader, options), wanted));
  } finally {
    store.close();
  }
}

function stepOf(name: string): Step {
  const step = findStep(name);
  if (step !== undefined) return step;
  throw cliError('cli/usage', { reason: `--step: expected one of ${STEP_NAMES.join(', ')}, "${name}" came` });
}

/**
 * One series, or with `--all` those of energy; then each line begins with the source. What several sensors make of one meter is told
 * when it is asked for: beside them it would count twice.
 */
function chosen(reader: EnergyReader, { all, series }: ExportOptions): Chosen {
  const { store } = reader;
  if (all !== true) return { list: [chooseSeries(reader, series)], hasSource: false };
  if (series !== undefined) throw cliError('cli/usage', { reason: '--series and --all exclude each other' });
  const list = store.listSeries().filter(({ quantity }) => quantity === 'energy');
  if (list.length === 0) throw cliError('series/none', { wanted: 'to export', known: 'none yet' });
  return { list, hasSource: true };
}

interface Chosen {
  readonly list: readonly SeriesInfo[];
  readonly hasSource: boolean;
}

function chooseSeries(reader: EnergyReader, wanted: string | undefined): SeriesInfo {
  const known = reader.list();
  if (wanted !== undefined) return findSeries(known, wanted);
  const [only] = known;
  if (only !== undefined && known.length === 1) return only;
  if (only === undefined) throw cliError('series/none', { wanted: 'to export', known: 'none yet' });
  throw cliError('cli/usage', {
    reason: `--series is needed, for there are ${describeAll(known)}; or --all`,
  });
}

interface Wanted {
  /** Null for where the series begins and ends. */
  readonly fromMs: EpochMs | null;
  readonly toMs: EpochMs | null;
  /** Null for the measurements themselves. */
  readonly step: Step | null;
  readonly zone: string;
  /** Without corrections. */
  readonly isRaw: boolean;
}

function* linesOfAll(reader: EnergyReader, { list, hasSource }: Chosen, wanted: Wanted): Iterable<string> {
  for (const [at, series] of list.entries()) {
    const csv = createCsvLines(series, wanted.zone);
    const header = wanted.step === null ? csv.rawHeader : csv.bucketHeader;
    if (at === 0) yield hasSource ? `source,${header}` : header;
    const source = hasSource ? `${series.source},` : '';
    for (const line of linesOf(reader, { series, csv }, wanted)) yield `${source}${line}`;
  }
}

function* linesOf(
  reader: EnergyReader,
  { series, csv }: { series: SeriesInfo; csv: CsvLines },
  { fromMs, toMs, step, zone, isRaw }: Wanted,
): Iterable<string> {
  const range = { fromMs: fromMs ?? series.firstMs ?? 0, toMs: toMs ?? series.lastMs ?? 0 };
  if (step === null) {
    for (const points of reader.points(series, range)) yield* csv.ofPoints(points);
    return;
  }
  for (const buckets of bucketsOf(reader, series, { range, step, zone, isRaw }))
    yield* csv.ofBuckets(buckets);
}

/** Buckets piece by piece; days and longer at once, for a lifetime has few of them. */
function* bucketsOf(
  reader: EnergyReader,
  series: SeriesInfo,
  {
    range,
    step,
    zone,
    isRaw,
  }: Pick<Wanted, 'zone' | 'isRaw'> & { step: Step; range: { fromMs: EpochMs; toMs: EpochMs } },
): Iterable<Buckets> {
  const pieceMs = step.calendar === null ? step.ms * BUCKETS_AT_ONCE : Number.POSITIVE_INFINITY;
  let { fromMs } = range;
  while (fromMs < range.toMs) {
    const edges = bucketEdges({ fromMs, toMs: Math.min(fromMs + pieceMs, range.toMs) }, step, zone);
    yield reader.buckets(series, edges, { isRaw });
    fromMs = edges.at(-1) ?? range.toMs;
  }
}

async function writeLines(path: string | undefined, lines: Iterable<string>): Promise<void> {
  const sink = openTextSink(path);
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length < PIECE_CHARACTERS) continue;
    if (!(await sink.write(piece))) return;
    piece = '';
  }
  await sink.write(piece);
  await sink.end();
}
