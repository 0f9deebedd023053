import type { EpochMs } from '@kilowink/core/time';
import type { CorrectionKind } from '@kilowink/core/truth';
import { storeError } from '../errors.ts';
import type { CorrectionOrigin, NewCorrection, SeriesId, StoredCorrection } from '../store.ts';
import type { Connection } from './connection.ts';

const NONE: readonly StoredCorrection[] = [];

/** Corrections: few rows, all in memory, because every answer asks for them. */
export class CorrectionTable {
  readonly #connection: Connection;
  #bySeries: Map<SeriesId, StoredCorrection[]> | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Those of a series, in the order in which they were made. */
  list(series: SeriesId): readonly StoredCorrection[] {
    this.#bySeries ??= Map.groupBy(this.#read(), (each) => each.series);
    return this.#bySeries.get(series) ?? NONE;
  }

  /** Keeps one; in the caller's transaction. */
  put(made: NewCorrection): StoredCorrection {
    this.forget();
    const row = this.#connection.row<CorrectionRow>(
      `INSERT INTO correction (series, from_ms, to_ms, kind, origin, note, made_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING ${COLUMNS}`,
      made.series,
      made.fromMs,
      made.toMs,
      JSON.stringify(made.kind),
      made.origin,
      made.note,
      made.madeMs,
    );
    return toCorrection(row as CorrectionRow);
  }

  /** Takes one back, unless it is already; in the caller's transaction. Throws `store/correction`. */
  undo(id: number, atMs: EpochMs): { readonly correction: StoredCorrection; readonly isChanged: boolean } {
    this.forget();
    const changed = this.#connection.row<CorrectionRow>(
      `UPDATE correction SET undone_ms = ? WHERE id = ? AND undone_ms IS NULL RETURNING ${COLUMNS}`,
      atMs,
      id,
    );
    const row =
      changed ?? this.#connection.row<CorrectionRow>(`SELECT ${COLUMNS} FROM correction WHERE id = ?`, id);
    if (row === undefined) throw storeError('store/correction', { id });
    return { correction: toCorrection(row), isChanged: changed !== undefined };
  }

  /** Drops what is in memory, so that it is read again. */
  forget(): void {
    this.#bySeries = null;
  }

  #read(): StoredCorrection[] {
    return this.#connection
      .rows<CorrectionRow>(`SELECT ${COLUMNS} FROM correction ORDER BY id`)
      .map(toCorrection);
  }
}

const COLUMNS = 'id, series, from_ms, to_ms, kind, origin, note, made_ms, undone_ms';

type CorrectionRow = [
  id: number,
  series: SeriesId,
  fromMs: EpochMs,
  toMs: EpochMs,
  kind: string,
  origin: CorrectionOrigin,
  note: string,
  madeMs: EpochMs,
  undoneMs: EpochMs | null,
];

function toCorrection([
  id,
  series,
  fromMs,
  toMs,
  kind,
  origin,
  note,
  madeMs,
  undoneMs,
]: CorrectionRow): StoredCorrection {
  return {
    id,
    series,
    fromMs,
    toMs,
    kind: JSON.parse(kind) as CorrectionKind,
    origin,
    note,
    madeMs,
    undoneMs,
  };
}
