import { alignLabels, formatCount, formatUtc } from '../term/index.ts';
import type { Manifest } from './manifest.ts';

/** What an archive holds, in lines for people. */
export function backupLines(manifest: Manifest, sizeBytes: number): string[] {
  const { totals, files } = manifest;
  const names = files.slice(1).map(({ name }) => name);
  const firmware = names.filter((name) => name.includes('/'));
  const others = names.filter((name) => !firmware.includes(name));
  if (firmware.length > 0) others.push(`firmware (files: ${firmware.length})`);
  return alignLabels([
    ['made', `${formatUtc(manifest.madeMs)} by Kilowink ${manifest.program}`],
    ['size', formatBytes(sizeBytes)],
    [
      'series',
      totals === null ? `not counted: its schema is version ${manifest.schema}` : formatCount(totals.length),
    ],
    ['beside', others.length === 0 ? 'nothing' : others.join(', ')],
  ]);
}

/** `12.4 MB` */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes >= 1e3 ? `${(bytes / 1e3).toFixed(1)} kB` : `${bytes} B`;
}
