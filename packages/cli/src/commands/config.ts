import { describeConfig, loadConfig } from '@kilowink/server/config';
import { Command } from 'commander';

/** `kilowink config`: what is in force, and where each value came from. */
export function configCommand(): Command {
  return new Command('config')
    .description('Print the configuration in force, and where each value comes from')
    .option('--config <file>', 'configuration file (YAML)')
    .option('--json', 'as JSON')
    .action((options: { config?: string; json?: boolean }) => {
      const loaded = loadConfig({ env: process.env, options: {}, file: options.config });
      const lines = describeConfig(loaded);
      if (options.json === true) {
        console.log(
          JSON.stringify({ file: loaded.file, dataDir: loaded.config.dataDir, values: lines }, null, 2),
        );
        return;
      }
      const width = (pick: (line: (typeof lines)[number]) => string) =>
        Math.max(...lines.map((line) => pick(line).length));
      const pathWidth = width(({ path }) => path);
      const valueWidth = Math.min(
        48,
        width(({ value }) => value),
      );
      for (const { path, value, origin } of lines) {
        const shown = path === 'dataDir' ? loaded.config.dataDir : value;
        console.log(`${path.padEnd(pathWidth)}  ${shown.padEnd(valueWidth)}  ${origin}`);
      }
      console.log(`\nfile: ${loaded.file}`);
    });
}
