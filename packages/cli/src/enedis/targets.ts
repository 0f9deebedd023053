import { basename } from 'node:path';
import type { EnedisExport } from '@kilowink/core/enedis';
import type { ExportTarget } from '@kilowink/server/enedis';

/** Where what a file holds goes, from its name: the number of the delivery point is personal, and stays out of names. */
export function targetOf(path: string): ExportTarget {
  const stem = withoutMeter(basename(path).replace(/(\.gz|\.csv|\.txt|\.xlsx)+$/i, ''));
  const slug = stem
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return { source: `import/${slug || 'enedis'}`, name: stem || 'Enedis' };
}

function withoutMeter(stem: string): string {
  return stem
    .replace(/\d{14}/g, '')
    .replace(/^[-_ ]+|[-_ ]+$/g, '')
    .replace(/([-_])[-_]+/g, '$1');
}

/**
 * Where each export of a file goes. What is of another meter, or the same energy told again by day or as indexes, is a
 * series of its own: in one, it would count twice.
 */
export function targetsOf(exports: readonly EnedisExport[], whole: ExportTarget): ExportTarget[] {
  const meters = new Set(exports.map(({ meter }) => meter));
  return exports.map((each) => {
    const { meter, kind, direction } = each;
    const same = exports.filter((other) => other.meter === meter && other.direction === direction);
    const isFirstKind = same[0]?.kind === kind;
    const parts = [
      ...(meters.size > 1 ? [meter ?? 'other'] : []),
      ...(isFirstKind ? [] : [kind === 'curve' ? 'curve' : kind]),
    ];
    const named = parts.length === 0 ? whole.name : `${whole.name} (${parts.join(', ')})`;
    return { source: [whole.source, ...parts].join('/'), name: named };
  });
}
