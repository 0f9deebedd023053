/** One thing that takes time and can be interrupted by a power cut. */
export interface Operation {
  readonly durationMs: number;
  /** Its effect, once the time is over. */
  apply?(): void;
  /** What is left when the power goes while it is under way; nothing happened, when left out. */
  tear?(): void;
}

/** Work as operations in a row; what it returns is its outcome. */
export type Work<T = void> = Generator<Operation, T, void>;

/** Work that takes no time and has this outcome. */
// biome-ignore lint/correctness/useYield: work without operations is work all the same.
export function* done<T>(value: T): Work<T> {
  return value;
}
