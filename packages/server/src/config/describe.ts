import { stringify } from 'yaml';
import type { LoadedConfig, Origin } from './load.ts';
import { CONFIG_KEYS } from './schema.ts';

/** One line of what is in force. */
export interface ConfigLine {
  readonly path: string;
  readonly value: string;
  readonly origin: Origin;
}

/** Every key with the value in force and where it came from, in the schema's order. */
export function describeConfig(loaded: LoadedConfig): ConfigLine[] {
  return CONFIG_KEYS.map(({ path }) => ({
    path,
    value: formatValue(at(loaded.config, path)),
    origin: loaded.origins.get(path) ?? 'default',
  }));
}

function at(tree: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], tree);
}

function formatValue(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow' }).trim();
}
