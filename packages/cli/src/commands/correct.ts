import { type EpochMs, toZoned } from '@kilowink/core/time';
import {
  type AskedCorrection,
  checkedCorrection,
  correctionEffect,
  describeCorrection,
} from '@kilowink/server/truth';
import { Command, Option } from 'commander';
import { machineClock } from '../clock.ts';
import { cliError } from '../errors.ts';
import { parseMoment } from '../export/moment.ts';
import { describeSeries } from '../import/find-series.ts';
import { type AgreeOptions, isAgreed } from '../term/agree.ts';
import { styleFor } from '../term/style.ts';
import { correctionLines, effectLines, kindText } from '../truth/correction-text.ts';
import { type PlaceOptions, withPlace, withPlaceOptions, withWritablePlace } from '../truth/place.ts';

interface AddOptions extends PlaceOptions, AgreeOptions {
  from: string;
  to: string;
  bad?: boolean;
  scale?: string;
  total?: string;
  into?: 'shape' | 'gaps' | 'flat';
  note?: string;
}

const HELP = `
What was measured is never changed: a correction is a layer above it, and can be taken back. It can be made while the
server runs on the same folder; open pages follow at once.

Examples:
  kilowink correct add --from 2026-03-01T10:00 --to 2026-03-01T12:30 --bad --note "the lamp in the cupboard"
  kilowink correct add --from 2026-01-01 --to 2026-02-01 --scale 1.012
  kilowink correct add --from 2026-02-03T08:00 --to 2026-02-05T19:00 --total 31.4 --into gaps
  kilowink correct undo 3`;

/** `kilowink correct`: says that a stretch was measured wrong. */
export function correctCommand(): Command {
  const command = new Command('correct')
    .description('Correct stretches of what was measured, and take corrections back')
    .addHelpText('after', HELP);
  withPlaceOptions(command.command('add').description('Correct a stretch, after showing what that does'))
    .requiredOption('--from <time>', 'where it begins: a date, a local time, or ISO 8601 with an offset')
    .requiredOption('--to <time>', 'where it ends, not included')
    .option('--bad', 'what was measured there is wrong: it becomes a gap')
    .option('--scale <factor>', 'multiply it, 0.1 to 10')
    .option('--total <kWh>', 'it holds so much energy')
    .addOption(
      new Option('--into <where>', 'of a total: scale its shape, fill its gaps, or spread it evenly').choices(
        ['shape', 'gaps', 'flat'],
      ),
    )
    .option('--note <text>', 'why')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'show what it would do only')
    .action(add);
  withPlaceOptions(command.command('list').description('List the corrections of a series')).action(list);
  withPlaceOptions(command.command('undo').description('Take corrections back'))
    .argument('<number>', 'which, as `kilowink correct list` has it, or those of a range such as 3-12')
    .action(undo);
  return command;
}

async function add(options: AddOptions): Promise<void> {
  await withWritablePlace(options, async ({ reader, store, series, zone, config }) => {
    const asked = askedOf(options, zone);
    const site = { nowMs: machineClock.wallMs(), subscribedVa: config.site.subscribedVa ?? null };
    const made = checkedCorrection(reader, series, { asked, site });
    console.log(`Correction of ${describeSeries(series)}`);
    console.log(effectLines(kindText(asked), correctionEffect(reader, series, made), zone).join('\n'));
    if (!(await isAgreed('Correct it?', options))) return;
    const [stored] = store.putCorrections([made]);
    console.log(
      `\n${styleFor(process.stdout).good('Corrected')}: number ${stored?.id}. \`kilowink correct undo ${stored?.id} --series ${series.id}\` takes it back.`,
    );
  });
}

function list(options: PlaceOptions): void {
  withPlace(options, ({ reader, series, zone }) => {
    const all = reader.allCorrections(series).map(({ of, stored }) => describeCorrection(stored, of));
    console.log(`${describeSeries(series)}: ${all.length === 0 ? 'no corrections' : ''}`.trim());
    if (all.length > 0) console.log(correctionLines(all, zone).join('\n'));
  });
}

async function undo(number: string, options: PlaceOptions): Promise<void> {
  await withWritablePlace(options, async ({ reader, store, series, zone }) => {
    const range = /^(\d+)-(\d+)$/.exec(number);
    const [first, last] = range === null ? [number, number] : [range[1], range[2]];
    const known = reader
      .allCorrections(series)
      .filter(({ stored }) => stored.id >= Number(first) && stored.id <= Number(last));
    const inForce = known.filter(({ stored }) => stored.undoneMs === null);
    if (known.length === 0) throw cliError('correct/none', { number, series: describeSeries(series) });
    if (inForce.length === 0) return console.log(`Number ${number} was taken back already.`);
    const nowMs = machineClock.wallMs();
    const undone = inForce.map(({ of, stored }) =>
      describeCorrection(store.undoCorrection(stored.id, nowMs), of),
    );
    console.log(correctionLines(undone, zone).join('\n'));
  });
}

function askedOf(options: AddOptions, zone: string): AskedCorrection {
  const { bad, scale, total, into, note } = options;
  if ([bad, scale, total].filter((each) => each !== undefined).length !== 1) {
    throw cliError('cli/usage', { reason: 'give one of --bad, --scale and --total' });
  }
  const range = {
    fromMs: parseMoment(options.from, '--from', zone),
    toMs: endOf(options.to, zone),
  };
  if (bad === true) return { ...range, kind: 'bad', into, note };
  if (scale !== undefined)
    return { ...range, kind: 'scale', factor: Number(scale.replace(',', '.')), into, note };
  const energyWh = energyOf(total ?? '');
  if (energyWh === null) throw cliError('cli/usage', { reason: `--total: expected kWh, "${total}" came` });
  return { ...range, kind: 'total', energyWh, into: into ?? 'shape', note };
}

/** A date that is today's end means now: what is to come of a day can not be corrected. */
function endOf(to: string, zone: string): EpochMs {
  const toMs = parseMoment(to, '--to', zone);
  const nowMs = machineClock.wallMs();
  const todayEndsMs = toZoned(nowMs, zone).add({ days: 1 }).startOfDay().epochMilliseconds;
  return toMs > nowMs && toMs <= todayEndsMs ? nowMs : toMs;
}

/** kWh as Wh; as fine as a reference series is, which is finer than a display. Null for what is no energy. */
function energyOf(text: string): number | null {
  const plain = text.replaceAll(/[\s\u00a0\u202f_']/g, '').replace(',', '.');
  return /^\d+(\.\d+)?$/.test(plain) ? Math.round(Number(plain) * 1e6) / 1e3 : null;
}
