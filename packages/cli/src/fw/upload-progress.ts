import type { UploadProgress } from '@kilowink/link/smp-client';
import { formatCount, formatDuration } from '../term/format.ts';
import { type Progress, progressBar } from '../term/progress.ts';

/** Over how long the rate is taken, so that it neither jumps nor lags. */
const RATE_SPAN_MS = 5_000;

/** A bar for an upload, with its rate and the time left. */
export class UploadBar {
  readonly #bar: Progress;
  readonly #points: { readonly atMs: number; readonly doneBytes: number }[] = [];

  constructor(title = 'Uploading', bar: Progress = progressBar(title)) {
    this.#bar = bar;
  }

  show({ doneBytes, totalBytes }: UploadProgress, nowMs = performance.now()): void {
    this.#points.push({ atMs: nowMs, doneBytes });
    while ((this.#points[1]?.atMs ?? Infinity) < nowMs - RATE_SPAN_MS) this.#points.shift();
    this.#bar.update(doneBytes, totalBytes, this.#note(doneBytes, totalBytes, nowMs));
  }

  end(): void {
    this.#bar.end();
  }

  #note(doneBytes: number, totalBytes: number, nowMs: number): string {
    const first = this.#points[0];
    const tookMs = nowMs - (first?.atMs ?? nowMs);
    const rate = tookMs > 0 ? (doneBytes - (first?.doneBytes ?? 0)) / tookMs : 0;
    const size = `${formatCount(doneBytes / 1_024)} of ${formatCount(totalBytes / 1_024)} KiB`;
    if (rate <= 0) return size;
    const left = formatDuration((totalBytes - doneBytes) / rate);
    return `${size}  ${(rate / 1.024).toFixed(1)} KiB/s  ${left} left`;
  }
}

/** What an upload was, once it is over. */
export function uploadSummary(
  { totalBytes, sentBytes, resumedBytes }: UploadProgress,
  tookMs: number,
): string {
  const sentOnce = Math.max(1, totalBytes - resumedBytes);
  const resent = (100 * Math.max(0, sentBytes - sentOnce)) / sentOnce;
  const rate = sentOnce / 1_024 / Math.max(tookMs / 1_000, 0.001);
  const resumed = resumedBytes > 0 ? `, ${formatCount(resumedBytes)} of them were there already` : '';
  const how = `${formatDuration(tookMs)}, ${rate.toFixed(1)} KiB/s, ${resent.toFixed(1)} % sent again`;
  return `${formatCount(totalBytes)} bytes${resumed} (${how})`;
}
