import { stringify } from 'yaml';
import { CONFIG_KEYS, configSchema } from '../../packages/server/src/config/index.ts';
import { GENERATED, table } from './markdown.ts';

/** The reference of all settings. */
export function configReference(): string {
  const defaults: unknown = configSchema.parse({});
  const rows = CONFIG_KEYS.map(({ path, variable, schema }) => [
    `\`${path}\``,
    `\`${variable}\``,
    shown(valueAt(defaults, path)),
    schema.description ?? '',
  ]);
  return `${GENERATED}

# Configuration

Settings come from, in this order: an option of the command, an environment variable, the file
\`~/.config/kilowink/kilowink.yaml\` (\`--config FILE\` or \`KILOWINK_CONFIG\` name another), the default. An unknown key is
refused with the nearest known one; all faults are reported at once. \`kilowink config\` prints what is in force and where
each value comes from. Lists are given in a variable as YAML: \`KILOWINK_SITE_OFF_PEAK='[{from: "22:30", to: "06:30"}]'\`.

${table(['Key', 'Variable', 'Default', 'Meaning'], rows)}

An example:

\`\`\`yaml
port: 8087
site:
  name: Our house
  zone: Europe/Paris
  offPeak:
    - { from: "22:30", to: "06:30" }
    - { from: "12:30", to: "14:30", validFrom: 2026-11-01 }
sensors:
  - { id: main, address: 192.168.1.20, name: Main meter }
\`\`\`
`;
}

function valueAt(tree: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], tree);
}

function shown(value: unknown): string {
  return value === undefined ? '' : `\`${stringify(value, { collectionStyle: 'flow' }).trim()}\``;
}
