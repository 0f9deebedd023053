// Writes what follows from the tables in the code: the error catalogue, the configuration reference, the report's byte
// table and the API document. With --check it only compares, and fails when a committed file is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configReference } from './gen/config.ts';
import { errorReference } from './gen/errors.ts';
import { mqttReference } from './gen/mqtt.ts';
import { apiDocument } from './gen/openapi.ts';
import { reportReference } from './gen/report.ts';
import { reportHeader } from './gen/report-header.ts';
import { smpReference } from './gen/smp.ts';
import { ticReference } from './gen/tic.ts';
import { ticHeader } from './gen/tic-header.ts';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');

/** Replaces what stands between the marks of a hand-written document, or the whole of a generated one. */
const outputs: readonly { path: string; text: () => Promise<string> | string }[] = [
  { path: 'docs/spec/errors.md', text: errorReference },
  { path: 'docs/configuration.md', text: configReference },
  { path: 'docs/spec/openapi.json', text: apiDocument },
  { path: 'firmware/core/include/kilowink/report_layout.h', text: reportHeader },
  { path: 'firmware/core/include/kilowink/tic_labels.h', text: ticHeader },
  { path: 'docs/spec/tic.md', text: () => ticReference(readOrEmpty('docs/spec/tic.md')) },
  { path: 'docs/spec/mqtt.md', text: () => mqttReference(readOrEmpty('docs/spec/mqtt.md')) },
  { path: 'docs/spec/smp.md', text: () => smpReference(readOrEmpty('docs/spec/smp.md')) },
  { path: 'docs/spec/report.md', text: () => reportReference(readOrEmpty('docs/spec/report.md')) },
];

function readOrEmpty(path: string): string {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return '';
  }
}

let stale = 0;
for (const { path, text } of outputs) {
  const wanted = await text();
  if (readOrEmpty(path) === wanted) continue;
  if (check) {
    console.error(`${path} is stale: run "npm run gen" and commit it.`);
    stale += 1;
    continue;
  }
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), wanted);
  console.log(`wrote ${path}`);
}
process.exit(stale === 0 ? 0 : 1);
