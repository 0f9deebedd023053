import { stringify } from 'yaml';
import { z } from 'zod';
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
refused with the nearest known one; all faults are reported at once. \`npm run kilowink -- config\` prints what is in force and
where each value comes from. Lists are given in a variable as YAML: \`KILOWINK_SITE_OFF_PEAK='[{from: "22:30", to: "06:30"}]'\`.

${table(['Key', 'Variable', 'Default', 'Meaning'], rows)}

## Entries of lists

${lists()}

## An example

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

/** As much of a JSON schema as is told here. */
interface Shape {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
}

/** What an entry of each list holds. */
function lists(): string {
  const whole = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Shape;
  return CONFIG_KEYS.flatMap(({ path }) => {
    const list = path.split('.').reduce<Shape | undefined>((shape, part) => shape?.properties?.[part], whole);
    const { properties, required = [] } = list?.items ?? {};
    if (properties === undefined) return [];
    const rows = Object.entries(properties).map(([name, { description = '' }]) => [
      `\`${name}\``,
      required.includes(name) ? 'always' : '',
      description,
    ]);
    return [`\`${path}\`:\n\n${table(['Key', 'Needed', 'Meaning'], rows)}`];
  }).join('\n\n');
}

function valueAt(tree: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], tree);
}

function shown(value: unknown): string {
  // A line break would end the table's row.
  const text = stringify(value, { collectionStyle: 'flow', lineWidth: 0 }) ?? '';
  return value === undefined ? '' : `\`${text.trim().replaceAll(/\s*\n\s*/g, ' ')}\``;
}
