import { HOUR_MS, MINUTE_MS } from '../time/index.ts';
import type { ImportFormat, LineReader } from './format.ts';
import type { Rows } from './rows.ts';
import {
  byteAt,
  COMMA,
  CR,
  type Cursor,
  DateScanner,
  LF,
  lineAfter,
  SEMICOLON,
  scanDecimal,
  scanTime,
  scanWhole,
} from './scan.ts';

const KW_MAX = 1_000;
const WH_MAX = KW_MAX * 1_000;
/** No field of the set is longer than 8; it keeps a row from being longer than a line may be. */
const FIELD_BYTES_MAX = 32;
const SLASH = 0x2f;
const QUESTION = 0x3f;

/** Mean power by the minute, as the UCI "Individual household electric power consumption" set has it. */
export const sceauxMinuteFormat: ImportFormat = {
  name: 'sceaux-minute',
  title: 'power by the minute (UCI household set)',
  header:
    'Date;Time;Global_active_power;Global_reactive_power;Voltage;Global_intensity;Sub_metering_1;Sub_metering_2;Sub_metering_3',
  intervalMs: MINUTE_MS,
  unit: 'mWh',
  countsReports: false,
  createLineReader: () => new MinuteReader(),
};

/** Energy by the hour, as a public resampling of the same set has it. */
export const sceauxHourFormat: ImportFormat = {
  name: 'sceaux-hour',
  title: 'energy by the hour',
  header: 'local_hour,energy_wh',
  intervalMs: HOUR_MS,
  unit: 'mWh',
  countsReports: false,
  createLineReader: () => new HourReader(),
};

function put(rows: Rows, localMs: number, energyMwh: number): void {
  const place = rows.count++;
  rows.localsMs[place] = localMs;
  rows.values[place] = energyMwh;
}

class MinuteReader implements LineReader {
  readonly #dates = new DateScanner();
  readonly #cursor: Cursor = { pos: 0 };

  read(bytes: Uint8Array, pos: number, rows: Rows): number {
    this.#cursor.pos = pos;
    const localMs = this.#scanDate(bytes);
    const powerKw = this.#scanPower(bytes);
    const next = this.#skipFields(bytes);
    if (next < 0 || localMs < 0) return -1;
    if (powerKw === null) rows.gaps += 1;
    else if (powerKw >= 0 && powerKw <= KW_MAX) put(rows, localMs, Math.round((powerKw * 1e6) / 60));
    else return -1;
    return next;
  }

  #scanDate(bytes: Uint8Array): number {
    const cursor = this.#cursor;
    const day = scanWhole(bytes, cursor);
    if (!this.#skip(bytes, SLASH)) return -1;
    const month = scanWhole(bytes, cursor);
    if (!this.#skip(bytes, SLASH)) return -1;
    const year = scanWhole(bytes, cursor);
    if (!this.#skip(bytes, SEMICOLON)) return -1;
    const timeMs = scanTime(bytes, cursor.pos);
    cursor.pos += 8;
    const dayMs = this.#dates.dayMs(year, month, day);
    return dayMs < 0 || timeMs < 0 ? -1 : dayMs + timeMs;
  }

  /** The power in kW; null where the field is empty or `?`: nothing was measured in that minute. */
  #scanPower(bytes: Uint8Array): number | null {
    if (!this.#skip(bytes, SEMICOLON)) return -1;
    if (byteAt(bytes, this.#cursor.pos) === SEMICOLON) return null;
    if (this.#skip(bytes, QUESTION)) return null;
    return scanDecimal(bytes, this.#cursor);
  }

  /** Past the six fields that are not read, which must be there: a line cut short may have lost digits of its power. */
  #skipFields(bytes: Uint8Array): number {
    const cursor = this.#cursor;
    for (let field = 0; field < 6; field++) {
      if (!this.#skip(bytes, SEMICOLON)) return -1;
      const end = cursor.pos + FIELD_BYTES_MAX;
      while (cursor.pos < end && !isFieldEnd(byteAt(bytes, cursor.pos))) cursor.pos += 1;
    }
    return lineAfter(bytes, cursor.pos);
  }

  #skip(bytes: Uint8Array, expected: number): boolean {
    if (byteAt(bytes, this.#cursor.pos) !== expected) return false;
    this.#cursor.pos += 1;
    return true;
  }

  explain(line: Uint8Array): string {
    this.#cursor.pos = 0;
    if (this.#scanDate(line) < 0) return 'a date and time d/m/yyyy;HH:MM:SS';
    const powerKw = this.#scanPower(line);
    if (powerKw !== null && !(powerKw >= 0 && powerKw <= KW_MAX))
      return `a power in kW from 0 to ${KW_MAX}, or an empty field`;
    return 'nine fields separated by ;';
  }
}

function isFieldEnd(byte: number): boolean {
  return byte === SEMICOLON || byte === LF || byte === CR || byte === 0;
}

class HourReader implements LineReader {
  readonly #dates = new DateScanner();
  readonly #cursor: Cursor = { pos: 0 };

  read(bytes: Uint8Array, pos: number, rows: Rows): number {
    const localMs = this.#dates.scanIso(bytes, pos);
    if (localMs < 0 || byteAt(bytes, pos + 19) !== COMMA) return -1;
    const empty = lineAfter(bytes, pos + 20);
    if (empty >= 0) {
      rows.gaps += 1;
      return empty;
    }
    this.#cursor.pos = pos + 20;
    const energyWh = scanDecimal(bytes, this.#cursor);
    const next = lineAfter(bytes, this.#cursor.pos);
    if (next < 0 || energyWh < 0 || energyWh > WH_MAX) return -1;
    put(rows, localMs, Math.round(energyWh * 1_000));
    return next;
  }

  explain(line: Uint8Array): string {
    if (this.#dates.scanIso(line, 0) < 0) return 'a date YYYY-MM-DD HH:MM:SS';
    return `energy in Wh from 0 to ${WH_MAX}, or an empty field`;
  }
}
