import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { serverError } from '../errors.ts';
import { nearestName } from './nearest.ts';
import { CONFIG_KEYS, type Config, configSchema } from './schema.ts';
import { yaml } from './yaml.ts';

/** Where a value in force came from. */
export type Origin = 'default' | `file ${string}` | `variable ${string}` | `option ${string}`;

export interface LoadedConfig {
  readonly config: Config & { readonly dataDir: string };
  /** By dotted path. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** The configuration file, whether or not there is one. */
  readonly file: string;
}

export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** From the command line, by dotted path; what is undefined was not given. */
  readonly options: Readonly<Record<string, { value: unknown; flag: string } | undefined>>;
  /** `--config`; it must exist, while the default file need not. */
  readonly file?: string | undefined;
}

type Tree = Record<string, unknown>;

/**
 * The configuration in force: option, else variable, else file, else default. All faults are reported at once, each with
 * its path; an unknown key is refused with the nearest known name. Throws `config/unreadable`, `config/invalid`.
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const file = resolve(sources.file ?? sources.env['KILOWINK_CONFIG'] ?? defaultConfigFile(sources.env));
  const required = sources.file !== undefined || sources.env['KILOWINK_CONFIG'] !== undefined;
  const tree = readTree(file, required);
  const origins = new Map<string, Origin>();
  const faults: string[] = [];
  for (const { path } of CONFIG_KEYS) {
    origins.set(path, valueAt(tree, path) === undefined ? 'default' : `file ${file}`);
  }
  applyVariables(sources.env, { tree, origins, faults });
  for (const [path, option] of Object.entries(sources.options)) {
    if (option === undefined) continue;
    setAt(tree, path, option.value);
    origins.set(path, `option ${option.flag}`);
  }
  const parsed = configSchema.safeParse(tree);
  if (!parsed.success) faults.push(...parsed.error.issues.flatMap((issue) => describeIssue(issue, origins)));
  if (!parsed.success || faults.length > 0) {
    throw serverError('config/invalid', { faults: faults.map((fault) => `  ${fault}`).join('\n') });
  }
  const dataDir = resolve(parsed.data.dataDir ?? defaultDataDir(sources.env));
  return { config: Object.freeze({ ...parsed.data, dataDir }), origins, file };
}

/** `$XDG_CONFIG_HOME/kilowink/kilowink.yaml` */
export function defaultConfigFile(env: ConfigSources['env']): string {
  return join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'kilowink', 'kilowink.yaml');
}

/** `$XDG_DATA_HOME/kilowink` */
export function defaultDataDir(env: ConfigSources['env']): string {
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'kilowink');
}

function readTree(file: string, required: boolean): Tree {
  if (!required && !existsSync(file)) return {};
  try {
    const tree: unknown = yaml().parse(readFileSync(file, 'utf8')) ?? {};
    if (typeof tree === 'object' && !Array.isArray(tree)) return tree as Tree;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw serverError('config/unreadable', { path: file, reason }, cause);
  }
  throw serverError('config/unreadable', { path: file, reason: 'expected keys with values (YAML)' });
}

function applyVariables(
  env: ConfigSources['env'],
  into: { tree: Tree; origins: Map<string, Origin>; faults: string[] },
): void {
  const known = new Map(CONFIG_KEYS.map((key) => [key.variable, key]));
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith('KILOWINK_') || variable === 'KILOWINK_CONFIG' || text === undefined) continue;
    const key = known.get(variable);
    if (key === undefined) {
      into.faults.push(`${variable}: unknown variable${suggestion(variable, [...known.keys()])}`);
      continue;
    }
    setAt(into.tree, key.path, parseVariable(text));
    into.origins.set(key.path, `variable ${variable}`);
  }
}

/** Numbers, booleans and lists as YAML has them; everything else is text. */
function parseVariable(text: string): unknown {
  try {
    return yaml().parse(text) ?? text;
  } catch {
    return text;
  }
}

function describeIssue(issue: z.core.$ZodIssue, origins: ReadonlyMap<string, Origin>): string[] {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeysAt(issue.path);
    return issue.keys.map((key) => {
      const whole = path === '' ? key : `${path}.${key}`;
      return `${whole}: unknown key${suggestion(key, known)}`;
    });
  }
  const origin = origins.get(path) ?? origins.get(String(issue.path[0]));
  const where = origin === undefined || origin === 'default' ? '' : ` (${origin})`;
  return [`${path}: ${issue.message}${where}`];
}

function knownKeysAt(path: readonly PropertyKey[]): string[] {
  let schema: unknown = configSchema;
  for (const part of path) schema = stepInto(schema, part);
  const inner = bare(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

function stepInto(schema: unknown, part: PropertyKey): unknown {
  const inner = bare(schema);
  if (inner instanceof z.ZodArray) return inner.element;
  return inner instanceof z.ZodObject ? inner.shape[String(part)] : undefined;
}

function bare(schema: unknown): unknown {
  const wrapped =
    schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault || schema instanceof z.ZodOptional;
  return wrapped ? bare(schema.unwrap()) : schema;
}

function suggestion(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === null ? `; known are ${known.join(', ')}` : `; did you mean ${nearest}?`;
}

function valueAt(tree: Tree, path: string): unknown {
  let value: unknown = tree;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Tree)[part];
  }
  return value;
}

function setAt(tree: Tree, path: string, value: unknown): void {
  const parts = path.split('.');
  const last = parts.pop() ?? path;
  let at = tree;
  for (const part of parts) {
    const next = at[part];
    if (typeof next === 'object' && next !== null && !Array.isArray(next)) at = next as Tree;
    else {
      const made: Tree = {};
      at[part] = made;
      at = made;
    }
  }
  at[last] = value;
}
