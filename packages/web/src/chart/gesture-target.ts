import type { TimeRange } from '@kilowink/core/tariff';
import type { EpochMs } from '@kilowink/core/time';

/** What the fingers act on. Positions are CSS pixels from the plot's left edge. */
export interface GestureTarget {
  range(): TimeRange;
  /** The plot's width in CSS pixels. */
  width(): number;
  /** A movement; false when nothing can move that way. */
  moveTo(range: TimeRange): boolean;
  zoomAt(atMs: EpochMs, factor: number): boolean;
  /** The movement has ended. */
  settle(): void;
  back(): void;
  /** The pointer is over this place; null when it has left. */
  hover(px: number | null): void;
  /** A finger tapped here: the values there stay on show. */
  pin(px: number): void;
  /** A box is being drawn; null when it is over. */
  showBox(box: { readonly left: number; readonly width: number } | null): void;
}
