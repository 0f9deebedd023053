import { type EpochMs, HOUR_MS } from '@kilowink/core/time';
import {
  assertOneMoment,
  checkedReading,
  compareReadings,
  type EnergyReader,
  likelyMoment,
  readingsOf,
  resolutionOf,
} from '@kilowink/server/truth';
import type { Reading, SeriesInfo } from '@kilowink/store';
import { Command, Option } from 'commander';
import { machineClock } from '../clock.ts';
import { cliError } from '../errors.ts';
import { parseMoment } from '../export/moment.ts';
import { describeSeries } from '../import/find-series.ts';
import { driftText } from '../index-reading/comparison-text.ts';
import { type AgreeOptions, isAgreed } from '../term/agree.ts';
import { alignColumns, alignLabels, formatDuration, formatEnergy, formatLocal } from '../term/format.ts';
import { styleFor } from '../term/style.ts';
import { type PlaceOptions, withPlace, withPlaceOptions, withWritablePlace } from '../truth/place.ts';
import { addCompareCommands } from './index-compare.ts';

interface AddOptions extends PlaceOptions, AgreeOptions {
  at?: string;
  unit?: 'kWh' | 'Wh';
  replaced?: boolean;
}

const HELP = `
Read the index off the meter’s display now and then: two readings tell what was truly used between them.

Examples:
  kilowink index add 12345.6                   what the display shows now, in kWh
  kilowink index add 12345 --at 2026-03-01T18:30
  kilowink index compare                       what was measured between the readings
  kilowink index compare --with import/enedis  against another series, by day
  kilowink index calibrate --with import/enedis --each`;

/** `kilowink index`: what the meter’s display showed, and how what was measured compares. */
export function indexCommand(): Command {
  const command = new Command('index')
    .description('Keep what the meter’s display shows, and compare what was measured with it')
    .addHelpText('after', HELP);
  withPlaceOptions(
    command.command('add').description('Keep a reading of the display, after showing what it tells'),
  )
    .argument('<index>', 'as the display shows it, such as 12345 or "12 345,6"')
    .option('--at <time>', 'when it was read (default: now)')
    .addOption(new Option('--unit <unit>', 'what the display counts').choices(['kWh', 'Wh']).default('kWh'))
    .option('--replaced', 'the first of a new meter: nothing is known from the one before')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'show what it tells only')
    .action(add);
  withPlaceOptions(command.command('list').description('List the readings of a meter')).action(list);
  withPlaceOptions(command.command('remove').description('Take away a reading that a person made'))
    .argument('<time>', 'when it was read, as `kilowink index list` has it')
    .action(remove);
  addCompareCommands(command);
  return command;
}

async function add(index: string, options: AddOptions): Promise<void> {
  await withWritablePlace(options, async ({ reader, store, series, zone, config }) => {
    const nowMs = machineClock.wallMs();
    const atMs = options.at === undefined ? nowMs : parseMoment(options.at, '--at', zone);
    if (options.at !== undefined) assertOneMoment(options.at, zone);
    const { unit, replaced } = options;
    const checked = checkedReading(reader, series, { asked: { atMs, index, unit, replaced }, nowMs });
    const { reading, previous } = checked;
    console.log(`Reading of ${describeSeries(series)}`);
    const told =
      previous === null ? [] : sinceLines({ reader, series, previous, reading, zone }, config.site);
    console.log(
      alignLabels([
        ['index', `${formatEnergy(reading.indexWh)}, to ${resolutionOf(reading)} Wh`],
        ['when', formatLocal(reading.atMs, zone)],
        ...told,
      ]).join('\n'),
    );
    if (!(await isAgreed('Keep it?', options))) return;
    store.putReadings(checked.series.id, [reading]);
    store.flush();
    console.log(`\n${styleFor(process.stdout).good('Kept')}.`);
  });
}

interface Since {
  readonly reader: EnergyReader;
  readonly series: SeriesInfo;
  readonly previous: Reading;
  readonly reading: Reading;
  readonly zone: string;
}

/** What a reading tells of the time since the one before it. */
function sinceLines(
  { reader, series, previous, reading, zone }: Since,
  { subscribedVa = null }: { subscribedVa?: number | null | undefined },
): [string, string][] {
  const before: [string, string] = [
    'before',
    `${formatEnergy(previous.indexWh)} at ${formatLocal(previous.atMs, zone)}`,
  ];
  const period = compareReadings(reader, series, { readings: [previous, reading], subscribedVa });
  if (period === null) return [before];
  const durationMs = period.toMs - period.fromMs;
  const meanW = Math.round((period.referenceWh * HOUR_MS) / durationMs);
  const coverage = Math.round(period.coverage * 1_000) / 10;
  return [
    before,
    ['since', `${formatEnergy(period.referenceWh)} in ${formatDuration(durationMs)}, ${meanW} W on average`],
    ['here', `${formatEnergy(period.measuredWh)}, ${coverage} % of the time measured`],
    ['drift', driftText(period)],
    ...misdatedLines(likelyMoment(reader, series, { readings: [previous, reading], subscribedVa }), zone),
  ];
}

function misdatedLines(likelyMs: EpochMs | null, zone: string): [string, string][] {
  if (likelyMs === null) return [];
  return [['', `it would agree at ${formatLocal(likelyMs, zone)}: is the time right?`]];
}

function list(options: PlaceOptions): void {
  withPlace(options, ({ reader, series, zone }) => {
    const readings = readingsOf(reader, series);
    if (readings.length === 0) return console.log(`${describeSeries(series)}: no readings`);
    const rows = readings.map((each) => [
      formatLocal(each.atMs, zone),
      formatEnergy(each.indexWh),
      `${resolutionOf(each)} Wh`,
      each.isReplaced ? `${each.origin}, a new meter` : each.origin,
    ]);
    console.log(describeSeries(series));
    console.log(alignColumns([['when', 'index', 'to', 'by'], ...rows]).join('\n'));
  });
}

async function remove(time: string, options: PlaceOptions): Promise<void> {
  await withWritablePlace(options, async ({ reader, store, series, zone }) => {
    const atMs = parseMoment(time, '<time>', zone);
    // A list shows whole seconds.
    const isMeant = (each: Reading) =>
      each.origin === 'person' && Math.floor(each.atMs / 1_000) === Math.floor(atMs / 1_000);
    for (const { id } of reader.onSameMeter(series)) {
      const found = store.readReadings(id, atMs - 1_000, atMs + 1_000).find(isMeant);
      if (found === undefined) continue;
      store.removeReading(id, found.atMs);
      console.log(`Took away ${formatEnergy(found.indexWh)} of ${formatLocal(found.atMs, zone)}.`);
      return;
    }
    throw cliError('index/none', { when: formatLocal(atMs, zone), series: describeSeries(series) });
  });
}
