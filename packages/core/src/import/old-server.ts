import type { ImportFormat, LineReader } from './format.ts';
import type { Rows } from './rows.ts';
import { byteAt, COMMA, type Cursor, DateScanner, lineAfter, scanWhole } from './scan.ts';

/** Sensors count at most 254 flashes in a window; 255 stands for no measurement. */
export const PULSES_MAX = 254;
const REPORTS_MAX = 65_535;

/**
 * The old server's own file: one row a 5 s window, dated with the naive local time of its start. (The old server
 * stamped "now − 5 s × n" cut to the second; whether that is nearer the start or the end of the window depends on
 * network delay, so the reading under which the totals by date are the file's own is taken.)
 */
export const oldServerFormat: ImportFormat = {
  name: 'old-server',
  title: "the old server's file",
  header: 'date,pulses,reports,err',
  intervalMs: 5_000,
  unit: 'Wh',
  countsReports: true,
  createLineReader: () => new OldServerReader(),
};

class OldServerReader implements LineReader {
  readonly #dates = new DateScanner();
  readonly #cursor: Cursor = { pos: 0 };

  read(bytes: Uint8Array, pos: number, rows: Rows): number {
    const localMs = this.#dates.scanIso(bytes, pos);
    if (localMs < 0) return -1;
    this.#cursor.pos = pos + 19;
    const pulses = this.#field(bytes, PULSES_MAX);
    const reports = this.#field(bytes, REPORTS_MAX);
    const disagreements = this.#field(bytes, REPORTS_MAX);
    const next = lineAfter(bytes, this.#cursor.pos);
    if (next < 0 || pulses < 0 || reports < 0 || disagreements < 0) return -1;
    const place = rows.count++;
    rows.localsMs[place] = localMs;
    rows.values[place] = pulses;
    rows.reports[place] = reports;
    rows.disagreements[place] = disagreements;
    return next;
  }

  /** The next field, a whole number up to `max` after a comma; -1 when it is none. */
  #field(bytes: Uint8Array, max: number): number {
    if (byteAt(bytes, this.#cursor.pos) !== COMMA) return -1;
    this.#cursor.pos += 1;
    const value = scanWhole(bytes, this.#cursor);
    return value <= max ? value : -1;
  }

  explain(line: Uint8Array): string {
    if (this.#dates.scanIso(line, 0) < 0) return 'a date YYYY-MM-DD HH:MM:SS';
    this.#cursor.pos = 19;
    if (this.#field(line, PULSES_MAX) < 0) return `pulses, a whole number from 0 to ${PULSES_MAX}`;
    if (this.#field(line, REPORTS_MAX) < 0) return `reports, a whole number from 0 to ${REPORTS_MAX}`;
    if (this.#field(line, REPORTS_MAX) < 0) return `err, a whole number from 0 to ${REPORTS_MAX}`;
    return 'four fields: date,pulses,reports,err';
  }
}
