import type { LoadedConfig, Origin } from './load.ts';
import { CONFIG_KEYS } from './schema.ts';
import { yaml } from './yaml.ts';

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
    value: SECRETS.has(path) ? hidden(at(loaded.config, path)) : formatValue(at(loaded.config, path)),
    origin: loaded.origins.get(path) ?? 'default',
  }));
}

function at(tree: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], tree);
}

/** What must not end on a screen or in a bug report. */
const SECRETS: ReadonlySet<string> = new Set(['mqtt.password']);

function hidden(value: unknown): string {
  return value === undefined ? '' : '(set)';
}

function formatValue(value: unknown): string {
  if (value === undefined) return '';
  return yaml().stringify(value, { collectionStyle: 'flow' }).trim();
}
