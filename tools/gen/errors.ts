import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCatalogue } from '../../packages/core/src/error/index.ts';
import { GENERATED, table } from './markdown.ts';

const root = join(import.meta.dirname, '../..');

/** Every error catalogue (an exported `…_ERRORS` of a package's errors.ts), by package. */
export async function errorCatalogues(): Promise<{ package: string; catalogue: ErrorCatalogue }[]> {
  const files = globSync('packages/*/src/errors.ts', { cwd: root }).sort();
  const found = await Promise.all(
    files.map(async (file) => {
      const exported: Record<string, unknown> = await import(join(root, file));
      const catalogues = Object.entries(exported).filter(([name]) => name.endsWith('_ERRORS'));
      return catalogues.map(([, catalogue]) => ({
        package: file.split('/')[1] ?? file,
        catalogue: catalogue as ErrorCatalogue,
      }));
    }),
  );
  return found.flat();
}

/** Codes of the faults that bytes from outside may have, as they stand in the code. */
export function faultCodes(): string[] {
  const files = globSync('packages/{core,server}/src/**/*.ts', { cwd: root }).filter(
    (file) => !file.endsWith('.test.ts'),
  );
  const codes = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(/'((?:report|import|advert|tic)\/[a-z-]+)'/g)].map((match) => match[1] ?? '');
  });
  return [...new Set(codes)].sort();
}

/** The reference of all errors. */
export async function errorReference(): Promise<string> {
  const parts = (await errorCatalogues()).map(({ package: name, catalogue }) => {
    const rows = Object.entries(catalogue)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, kind]) => [
        `\`${code}\``,
        kind.message.replaceAll('\n', ' '),
        String(kind.status),
        kind.retryable ? 'yes' : 'no',
      ]);
    return `## ${name}\n\n${table(['Code', 'Message', 'HTTP status', 'Retry'], rows)}\n`;
  });
  const faults = faultCodes().map((code) => `- \`${code}\``);
  return `${GENERATED}

# Errors

An operation that fails says its code, and what was expected, what came and where. A code is never reused. Over HTTP an
error is RFC 9457 problem details with the code as \`title\` and \`code\`.

${parts.join('\n')}
## Faults in what comes from outside

These are counted and shown (\`GET /api/v1/health\`), never thrown.

${faults.join('\n')}
`;
}
