import { PARTS } from './winky-parts.ts';

export const SCHEMATIC_TITLE = 'WinKy: gateway on the meter’s socket';

/** The bill of materials as CSV, a line a part. */
export function bomText(): string {
  const cell = (text: string) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = PARTS.map((part) => [part.ref, part.value, part.order, part.instead].map(cell).join(','));
  return ['part,value,order,instead', ...rows, ''].join('\n');
}
