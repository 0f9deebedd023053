import { type Kind, kindOf, type Quantity } from '@kilowink/core/series';
import { storeError } from '../errors.ts';
import type { SeriesId } from '../store.ts';
import type { Connection } from './connection.ts';

/** How the values of each series go together. A series keeps its quantity, so what was read once stays true. */
export class SeriesKinds {
  readonly #connection: Connection;
  readonly #kept = new Map<SeriesId, Kind>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Throws `store/series` when there is none of that id. */
  of(series: SeriesId): Kind {
    const kept = this.#kept.get(series);
    if (kept !== undefined) return kept;
    const row = this.#connection.row<[Quantity]>('SELECT quantity FROM series WHERE id = ?', series);
    if (row === undefined) throw storeError('store/series', { series });
    const kind = kindOf(row[0]);
    this.#kept.set(series, kind);
    return kind;
  }
}
