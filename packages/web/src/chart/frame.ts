import type { TimeRange } from '@kilowink/core/tariff';
import type { EpochMs } from '@kilowink/core/time';

/** Where one picture is drawn: a rectangle of a canvas, in its pixels, and what its edges mean. */
export interface Frame extends TimeRange {
  readonly context: CanvasRenderingContext2D;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Canvas pixels in a CSS pixel. */
  readonly ratio: number;
  /** The power at the top edge, and at the bottom edge: 0 but for voltages, which never come near it. */
  readonly powerWMax: number;
  readonly powerWMin?: number;
}

export function xOf(frame: Frame, atMs: EpochMs): number {
  return frame.left + ((atMs - frame.fromMs) / (frame.toMs - frame.fromMs)) * frame.width;
}

export function yOf(frame: Frame, powerW: number): number {
  const minW = frame.powerWMin ?? 0;
  return frame.top + frame.height * (1 - (powerW - minW) / (frame.powerWMax - minW));
}

/** Runs `draw` with everything outside [`fromMs`, `toMs`) of the frame cut off. */
export function clipped(frame: Frame, range: TimeRange, draw: () => void): void {
  const left = Math.max(frame.left, xOf(frame, range.fromMs));
  const right = Math.min(frame.left + frame.width, xOf(frame, range.toMs));
  if (right <= left) return;
  frame.context.save();
  frame.context.beginPath();
  frame.context.rect(left, frame.top, right - left, frame.height);
  frame.context.clip();
  draw();
  frame.context.restore();
}
