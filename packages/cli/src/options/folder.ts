import { type LoadedConfig, loadConfig } from '@kilowink/server/config';
import type { Command } from 'commander';

/** Options that say where the measurements are. */
export interface FolderOptions {
  data?: string;
  config?: string;
}

/** Gives the command the options of {@link FolderOptions}. */
export function withFolderOptions(command: Command): Command {
  return command
    .option('-d, --data <folder>', 'where the measurements are (default: `dataDir` of the configuration)')
    .option('--config <file>', 'configuration file (YAML)');
}

/** The configuration that the options lead to. Throws what `loadConfig` throws. */
export function folderConfig({ data, config }: FolderOptions): LoadedConfig['config'] {
  const dataDir = data === undefined ? undefined : { flag: '--data', value: data };
  return loadConfig({ env: process.env, file: config, options: { dataDir } }).config;
}

/** The folder of the measurements. Throws what `loadConfig` throws. */
export function folderOf(options: FolderOptions): string {
  return folderConfig(options).dataDir;
}
