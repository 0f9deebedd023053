import type { LoadedConfig } from '@kilowink/server/config';
import { EnergyReader } from '@kilowink/server/truth';
import { openSqliteStore, openSqliteStoreReadOnly, type SeriesInfo, type Store } from '@kilowink/store';
import type { Command } from 'commander';
import { machineClock } from '../clock.ts';
import { cliError } from '../errors.ts';
import { describeAll, findSeries } from '../import/find-series.ts';
import { type FolderOptions, folderConfig, withFolderOptions } from '../options/folder.ts';
import { zoneOf } from '../options/zone.ts';

/** Options that say where the measurements are and which are meant. */
export interface PlaceOptions extends FolderOptions {
  series?: string;
  zone?: string;
}

/** Gives the command the options that say where, and which. */
export function withPlaceOptions(command: Command): Command {
  return withFolderOptions(command)
    .option('--series <name>', 'which: its number, source or name (needed when there is more than one)')
    .option('--zone <zone>', 'zone of local times (default: the site’s zone)');
}

/** The measurements of a folder, one series of them, and how to read it. */
export interface TruthPlace {
  readonly reader: EnergyReader;
  readonly series: SeriesInfo;
  readonly zone: string;
  readonly config: LoadedConfig['config'];
}

/** Runs `body` on the folder's store for reading, beside a running server. */
export function withPlace<T>(options: PlaceOptions, body: (place: TruthPlace) => T): T {
  const { config, zone } = placeSettings(options);
  const store = openSqliteStoreReadOnly({ folder: config.dataDir, clock: machineClock });
  try {
    const reader = new EnergyReader(store, config.measurements);
    return body({ reader, series: chooseSeries(reader, options.series), zone, config });
  } finally {
    store.close();
  }
}

/** The same for writing: `body` may wait for an answer before it asks for the store. */
export async function withWritablePlace(
  options: PlaceOptions,
  body: (place: TruthPlace & { readonly store: Store }) => Promise<void>,
): Promise<void> {
  const { config, zone } = placeSettings(options);
  // There must be something to correct: no empty store is made.
  openSqliteStoreReadOnly({ folder: config.dataDir, clock: machineClock }).close();
  const store = openSqliteStore({ folder: config.dataDir, clock: machineClock, role: 'import' });
  try {
    const reader = new EnergyReader(store, config.measurements);
    await body({ reader, store, series: chooseSeries(reader, options.series), zone, config });
  } finally {
    store.close();
  }
}

/**
 * The configuration that the options lead to and the zone of local times.
 * @throws {AppError} `cli/usage` for a zone that is none, and what `loadConfig` throws.
 */
export function placeSettings(options: PlaceOptions): { config: LoadedConfig['config']; zone: string } {
  const config = folderConfig(options);
  return { config, zone: zoneOf(options.zone, config.site.zone) };
}

function chooseSeries(reader: EnergyReader, wanted: string | undefined): SeriesInfo {
  const known = reader.list().filter(({ quantity }) => quantity === 'energy');
  if (wanted !== undefined) return findSeries(known, wanted);
  const [only] = known;
  if (only !== undefined && known.length === 1) return only;
  if (only === undefined) throw cliError('series/none', { wanted: 'of energy', known: 'none yet' });
  throw cliError('cli/usage', {
    reason: `--series is needed, for there are ${describeAll(known)}`,
  });
}
