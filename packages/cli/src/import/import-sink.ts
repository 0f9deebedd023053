import type { ImportFormat } from '@kilowink/core/import';
import type { Points } from '@kilowink/core/series';
import { type PackedPoints, PointsPacker, type StoreReader } from '@kilowink/store';
import { DayBatches } from './day-batches.ts';
import { type Overlap, OverlapCounter } from './stored-overlap.ts';
import { type ImportTarget, toUnit } from './target.ts';

/** Takes the points of a file as they are read: packs them to be stored, and counts what the series has already. */
export class ImportSink {
  readonly #target: ImportTarget;
  readonly #isPacked: boolean;
  readonly #packer = new PointsPacker();
  /** Null where the series has still to be made: then everything is new. */
  readonly #counter: OverlapCounter | null;
  readonly #batches = new DayBatches();

  /** Without `isPacked` it counts only. */
  constructor(stored: StoreReader | null, target: ImportTarget, options: { readonly isPacked: boolean }) {
    this.#target = target;
    this.#isPacked = options.isPacked;
    const { existing } = target;
    this.#counter = stored === null || existing === null ? null : new OverlapCounter(stored, existing.id);
  }

  /** Takes points in the file's order, in the unit of the format. Throws `import/unit`. */
  add(points: Points, format: ImportFormat): void {
    const { existing } = this.#target;
    const converted = existing === null ? points : toUnit(points, format, existing);
    if (this.#counter === null) this.#pack(converted);
    else this.#compare(this.#batches.add(converted), this.#counter);
  }

  /** To be called once, after the last points. */
  finish(): { overlap: Overlap; packed: PackedPoints } {
    if (this.#counter !== null) this.#compare(this.#batches.finish(), this.#counter);
    const overlap = this.#counter?.overlap ?? { stored: 0, others: 0 };
    return { overlap, packed: this.#packer.finish() };
  }

  /** What is stored already as a whole is not worth packing: a file that is imported again, with some days more. */
  #compare(batch: Points | null, counter: OverlapCounter): void {
    if (batch === null) return;
    const before = counter.overlap.stored;
    counter.add(batch);
    if (counter.overlap.stored - before < batch.starts.length) this.#pack(batch);
  }

  #pack(points: Points): void {
    if (this.#isPacked) this.#packer.add(points);
  }
}
