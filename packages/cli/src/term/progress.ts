import type { Output } from './style.ts';

/** One line that tells how far something is, rewritten in place. On anything but a terminal it stays silent. */
export interface Progress {
  /** So much of so much is done; `note` stands behind the bar. */
  update(done: number, total: number, note?: string): void;
  /** Takes the line away, so that what is printed next starts clean. */
  end(): void;
}

const REDRAW_MS = 80;
const BAR_WIDTH = 24;

/** A bar on the standard error output. */
export function progressBar(title: string, output: Output = process.stderr): Progress {
  if (output.isTTY !== true) return { update() {}, end() {} };
  let drawnMs = -Infinity;
  return {
    update(done, total, note = '') {
      const nowMs = performance.now();
      if (nowMs - drawnMs < REDRAW_MS) return;
      drawnMs = nowMs;
      output.write(
        `\r\x1b[K${fit(progressLine(title, total > 0 ? done / total : 1, note), output.columns || 80)}`,
      );
    },
    end() {
      if (drawnMs > -Infinity) output.write('\r\x1b[K');
    },
  };
}

/** The line itself: `Reading  ████████░░░░  62 %  1.2 M rows`. */
export function progressLine(title: string, share: number, note: string): string {
  const bounded = Math.min(Math.max(share, 0), 1);
  const filled = Math.round(bounded * BAR_WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  const percent = `${Math.floor(bounded * 100)}`.padStart(3);
  return `${title}  ${bar} ${percent} %  ${note}`.trimEnd();
}

function fit(line: string, columns: number): string {
  return line.length < columns ? line : line.slice(0, columns - 1);
}
