import type { CompareAnswer } from '@kilowink/api';
import { calibrate as calibrateSeries } from '@kilowink/server/calibration';
import { compareSeries, type EnergyReader, faultStretches, usualPeriod } from '@kilowink/server/truth';
import type { SeriesInfo } from '@kilowink/store';
import { type Command, Option } from 'commander';
import { machineClock } from '../clock.ts';
import { cliError } from '../errors.ts';
import { parseMoment } from '../export/moment.ts';
import { describeSeries, findSeries } from '../import/find-series.ts';
import { comparisonLines, driftText, offeredCommand } from '../index-reading/comparison-text.ts';
import { type AgreeOptions, isAgreed } from '../term/agree.ts';
import { formatCount } from '../term/format.ts';
import { styleFor } from '../term/style.ts';
import {
  type PlaceOptions,
  type TruthPlace,
  withPlace,
  withPlaceOptions,
  withWritablePlace,
} from '../truth/place.ts';

interface CompareOptions extends PlaceOptions {
  from?: string;
  to?: string;
  by?: CompareAnswer['by'];
  with?: string;
  uncorrected?: boolean;
}

interface CalibrateOptions extends CompareOptions, AgreeOptions {
  each?: boolean;
}

/** `kilowink index compare` and `calibrate`: against readings of the display, or another series. */
export function addCompareCommands(command: Command): void {
  withCompareOptions(
    command.command('compare').description('Compare what was measured with readings or another series'),
  )
    .option('--uncorrected', 'compare what was measured, without corrections')
    .action(compare);
  withCompareOptions(
    command.command('calibrate').description('Correct what a comparison finds, after showing it'),
  )
    .option('--each', 'each period by itself, so that every one is the reference’s to the Wh')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'show what it would correct only')
    .action(calibrate);
}

function withCompareOptions(command: Command): Command {
  return withPlaceOptions(command)
    .option('--from <time>', 'from when on (default: the first measurement)')
    .option('--to <time>', 'until when (default: now)')
    .addOption(
      new Option(
        '--by <period>',
        'period (default: between readings, of many by day, week or month; with another series by day)',
      ).choices(['reading', 'day', 'week', 'month']),
    )
    .option('--with <series>', 'the series that is the reference, such as an import of Enedis');
}

function compare(options: CompareOptions): void {
  withPlace(options, (place) => {
    const { answer, reference } = comparisonOf(options, place);
    tell(answer, { series: place.series, reference, zone: place.zone });
  });
}

async function calibrate(options: CalibrateOptions): Promise<void> {
  await withWritablePlace(options, async ({ store, ...place }) => {
    const { reader, series, zone, config } = place;
    const asked = { comparison: askedComparison(options, place), isEach: options.each === true, note: '' };
    const site = { zone, nowMs: machineClock.wallMs(), subscribedVa: config.site.subscribedVa ?? null };
    const wrong = calibrateSeries(reader, series, { asked, site });
    if (wrong.length === 0) return console.log(`${describeSeries(series)}: nothing to correct.`);
    console.log(`Corrections of ${describeSeries(series)}`);
    const periods = wrong.map(({ period }) => period);
    console.log(comparisonLines(periods, zone).join('\n'));
    const made = wrong.map((each) => each.made);
    if (!(await isAgreed(`Make ${formatCount(made.length)} corrections?`, options))) return;
    const numbers = store.putCorrections(made).map(({ id }) => id);
    const all = numbers.length === 1 ? `${numbers[0]}` : `${numbers[0]}-${numbers.at(-1)}`;
    console.log(
      `\n${styleFor(process.stdout).good('Corrected')}: number ${all}. \`kilowink correct undo ${all} --series ${series.id}\` takes back what was made.`,
    );
  });
}

function comparisonOf(
  options: CompareOptions,
  place: ComparedPlace,
): { answer: CompareAnswer; reference: SeriesInfo | null } {
  const { reader, series, zone, config } = place;
  const asked = askedComparison(options, place);
  const site = { zone, subscribedVa: config.site.subscribedVa ?? null };
  return { answer: compareSeries(reader, series, { asked, site }), reference: asked.reference };
}

type ComparedPlace = Pick<TruthPlace, 'reader' | 'series' | 'zone' | 'config'>;

function askedComparison(options: CompareOptions, { reader, series, zone }: ComparedPlace) {
  const reference = referenceOf(options, reader);
  if (reference !== null && options.by === 'reading') {
    throw cliError('cli/usage', { reason: '--by: expected day, week or month with another series' });
  }
  const range = rangeOf(options, series, zone);
  return {
    ...range,
    by: options.by ?? (reference === null ? usualPeriod(reader, series, range) : ('day' as const)),
    reference,
    isRaw: options.uncorrected === true,
  };
}

function referenceOf(options: CompareOptions, reader: EnergyReader): SeriesInfo | null {
  if (options.with === undefined) return null;
  const known = reader.list().filter(({ quantity }) => quantity === 'energy');
  return findSeries(known, options.with);
}

function rangeOf(
  options: CompareOptions,
  series: SeriesInfo,
  zone: string,
): { fromMs: number; toMs: number } {
  const { from, to } = options;
  const toMs = to === undefined ? machineClock.wallMs() : parseMoment(to, '--to', zone);
  return { fromMs: from === undefined ? (series.firstMs ?? 0) : parseMoment(from, '--from', zone), toMs };
}

/** A sensor that is wrong in another way every day is mended by no list of commands. */
const COMMANDS_SHOWN = 20;

function tell(
  answer: CompareAnswer,
  { series, reference, zone }: { series: SeriesInfo; reference: SeriesInfo | null; zone: string },
): void {
  const { periods, whole } = answer;
  const against = reference === null ? 'the readings of its meter' : describeSeries(reference);
  console.log(`${describeSeries(series)} against ${against}`);
  if (whole === null) {
    const reason =
      reference === null
        ? 'it takes two readings since the first measurement (kilowink index add)'
        : 'they have no whole period in common';
    console.log(`Nothing to compare: ${reason}.`);
    return;
  }
  console.log(comparisonLines(periods, zone).join('\n'));
  if (periods.length > 1) console.log(`\nTogether: ${driftText(whole)}`);
  const commands = faultStretches(answer).map((each) => offeredCommand(each, String(series.id)));
  if (commands.length === 0 || series.id >= 1_000_000) return;
  const shown = commands.slice(0, COMMANDS_SHOWN).map((command) => `\n  ${command}`);
  const more = commands.length > COMMANDS_SHOWN ? `\n  … and ${commands.length - COMMANDS_SHOWN} more` : '';
  console.log(`\nTo make the drift nothing:${shown.join('')}${more}`);
}
