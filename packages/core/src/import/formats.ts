import type { ImportFormat } from './format.ts';
import { oldServerFormat } from './old-server.ts';
import { sceauxHourFormat, sceauxMinuteFormat } from './sceaux.ts';

/** Every kind of file that can be imported. */
export const IMPORT_FORMATS: readonly ImportFormat[] = [
  oldServerFormat,
  sceauxMinuteFormat,
  sceauxHourFormat,
];

/** The format of that name, or undefined. */
export function findFormat(name: string): ImportFormat | undefined {
  return IMPORT_FORMATS.find((format) => format.name === name);
}
