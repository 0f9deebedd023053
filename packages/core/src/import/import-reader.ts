import type { Fault } from '../error/index.ts';
import type { Points } from '../series/index.ts';
import { type ChangeNight, Dater } from './dater.ts';
import type { ImportFormat } from './format.ts';
import { RowReader } from './row-reader.ts';
import type { BadLine } from './rows.ts';
import { PointsTally, type Tally } from './tally.ts';

/** What a whole file turned out to hold. */
export interface ImportSummary extends Tally {
  readonly format: ImportFormat;
  /** Lines, the header included. */
  readonly lines: number;
  readonly badLines: number;
  /** Rows that say that nothing was measured. */
  readonly gapRows: number;
  readonly nights: readonly ChangeNight[];
}

/** Bytes of a file in, points of a series out; pure, fed chunks of any size. */
export class ImportReader {
  readonly #zone: string;
  readonly #rows: RowReader;
  #dater: Dater | null = null;
  #tally: PointsTally | null = null;

  /** `zone` is the IANA zone whose clock dated the rows; `format` is recognised by the header when left out. */
  constructor(options: {
    zone: string;
    format?: ImportFormat | undefined;
    onBadLine?: (bad: BadLine) => void;
  }) {
    this.#zone = options.zone;
    this.#rows = new RowReader(options);
  }

  /** Why the file cannot be read at all; null while it can. */
  get fault(): Fault | null {
    return this.#rows.fault;
  }

  get format(): ImportFormat | null {
    return this.#rows.format;
  }

  get badCount(): number {
    return this.#rows.badCount;
  }

  /** The points that `chunk` completes, ordered by start; maybe none. */
  feed(chunk: Uint8Array): Points | null {
    const rows = this.#rows.feed(chunk);
    return this.#date((dater) => dater.push(rows));
  }

  /** What was held back until the end of the file. To be called once, and read to its end. */
  *finish(): Iterable<Points> {
    const rows = this.#rows.finish();
    const last = [this.#date((dater) => dater.push(rows)), this.#date((dater) => dater.finish())];
    for (const points of last) if (points !== null) yield points;
  }

  #date(toPoints: (dater: Dater) => Points): Points | null {
    const format = this.#rows.format;
    if (format === null) return null;
    this.#dater ??= new Dater(this.#zone, format);
    this.#tally ??= new PointsTally(format.intervalMs);
    const points = toPoints(this.#dater);
    this.#tally.add(points);
    return points.starts.length > 0 ? points : null;
  }

  /** Null while the format is not known. */
  summary(): ImportSummary | null {
    const format = this.#rows.format;
    if (format === null || this.#dater === null || this.#tally === null) return null;
    return {
      ...this.#tally.get(),
      format,
      lines: this.#rows.lineCount,
      badLines: this.#rows.badCount,
      gapRows: this.#rows.gapCount,
      nights: this.#dater.nights,
    };
  }
}
