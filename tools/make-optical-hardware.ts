// Writes hardware/optical: schematics for KiCad, the same as pictures, wiring, drawings of the case, list of parts.
// node tools/make-optical-hardware.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { opticalFiles } from './lib/optical-hardware.ts';

const folder = join(import.meta.dirname, '../hardware/optical');
for (const [name, text] of opticalFiles()) writeFileSync(join(folder, name), text);
