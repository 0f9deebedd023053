import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS, toZoned } from '@kilowink/core/time';

/** A whole number with its thousands apart: `6 300 000`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** An energy as people read it: kWh to the Wh. */
export function formatEnergy(energyWh: number): string {
  const [whole = '0', fraction = '000'] = (energyWh / 1_000).toFixed(3).split('.');
  return `${formatCount(Number(whole))}.${fraction} kWh`;
}

/** A duration in its two largest units: `26 d 3 h`, `4 min 5 s`. */
export function formatDuration(durationMs: number): string {
  const units: [number, string][] = [
    [DAY_MS, 'd'],
    [HOUR_MS, 'h'],
    [MINUTE_MS, 'min'],
    [SECOND_MS, 's'],
  ];
  const parts: string[] = [];
  let restMs = Math.round(durationMs / SECOND_MS) * SECOND_MS;
  for (const [unitMs, name] of units) {
    const count = Math.floor(restMs / unitMs);
    restMs -= count * unitMs;
    if (count > 0) parts.push(`${formatCount(count)} ${name}`);
    if (parts.length === 2 || (parts.length === 1 && count === 0)) break;
  }
  return parts.join(' ') || '0 s';
}

/** `2026-03-29 01:59:55 +01:00`, by the clock of a zone. */
export function formatLocal(atMs: EpochMs, zone: string): string {
  const zoned = toZoned(atMs, zone);
  const text = zoned.toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ');
  return `${text} ${zoned.offset}`;
}

/** `2026-03-29T00:59:55Z` */
export function formatUtc(atMs: EpochMs): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

/** Lines of a label and what belongs to it, the labels in one column; a line with an empty label goes on. */
export function alignLabels(lines: readonly (readonly [label: string, text: string])[]): string[] {
  const width = Math.max(0, ...lines.map(([label]) => label.length));
  return lines.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`.trimEnd());
}

/** Rows of cells in columns of equal width, two spaces apart. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
