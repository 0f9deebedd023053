import { basename } from 'node:path';
import type { EnedisExport } from '@kilowink/core/enedis';
import type { ExportTarget } from './store-export.ts';

/**
 * Where what a file holds goes, from its name. The number of the delivery point is personal, and stays out of names. So do
 * the dates of the stretch that was asked for, and the number of a second download: what is got week by week is one series.
 */
export function targetOf(path: string): ExportTarget {
  const plain = basename(path).replace(/(\.gz|\.csv|\.txt|\.xlsx)+$/i, '');
  const stem = withoutMeter(plain.replace(/\s*\(\d+\)$/, '').replace(STRETCH, ''));
  const slug = stem
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return { source: `import/${slug || 'enedis'}`, name: stem || 'Enedis' };
}

/** `20230120-20240121`, `01122023-04022025`, `2024-05-01_2024-05-07` */
const STRETCH = /(?<!\d)(\d{8}[-_]\d{8}|\d{4}-\d\d-\d\d[-_]\d{4}-\d\d-\d\d)(?!\d)/;

function withoutMeter(stem: string): string {
  return stem
    .replace(/\d{14}/g, '')
    .replace(/^[-_ ]+|[-_ ]+$/g, '')
    .replace(/([-_])[-_]+/g, '$1');
}

/**
 * Where each export of a file goes. What is of another meter, or the same energy told again by day, in another unit or as indexes, is a
 * series of its own: in one, it would count twice.
 */
export function targetsOf(exports: readonly EnedisExport[], whole: ExportTarget): ExportTarget[] {
  const meters = new Set(exports.map(({ meter }) => meter));
  return exports.map((each) => {
    const { meter, kind, direction, unit } = each;
    const same = exports.filter((other) => other.meter === meter && other.direction === direction);
    const first = same[0] as EnedisExport;
    const parts = [
      ...(meters.size > 1 ? [meter ?? 'other'] : []),
      ...(first.kind === kind ? [] : [kind]),
      ...(first.kind !== kind || first.unit === unit ? [] : [unit ?? '']),
    ];
    const named = parts.length === 0 ? whole.name : `${whole.name} (${parts.join(', ')})`;
    return { source: [whole.source, ...parts].join('/'), name: named };
  });
}
