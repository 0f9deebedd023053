import type { CorrectionInfo } from '@kilowink/api';
import { isInBands, type TimeRange } from '@kilowink/core/tariff';
import { HOUR_MS, SECOND_MS } from '@kilowink/core/time';
import { recoveredPowerW } from '../data/columns.ts';
import { type Format, fill, toText } from '../i18n/format.ts';
import { type Dataset, FLASH_WH, isWhole } from './dataset.ts';
import { describeCorrections } from './row-corrections.ts';

/** The values of one row, in the reader's words. */
export interface RowText {
  readonly when: string;
  /** Name and value, in order. */
  readonly lines: readonly (readonly [name: string, value: string])[];
}

/** What a row's words depend on besides the row. */
export interface RowContext {
  readonly format: Format;
  readonly offPeak: readonly TimeRange[];
  readonly measurable: TimeRange;
  readonly corrections: readonly CorrectionInfo[];
}

/** A longer row that begins and ends off-peak may still have peak hours inside. */
const OFF_PEAK_SPAN_MS_MAX = HOUR_MS;

/** Says one row of a dataset: the time, then what was measured or that nothing was. */
export function describeRow(dataset: Dataset, row: number, context: RowContext): RowText {
  const { columns } = dataset;
  const { format } = context;
  const { tooltip } = format.strings;
  const range = { fromMs: columns.starts[row] ?? 0, toMs: columns.ends[row] ?? 0 };
  const spanMs = range.toMs - range.fromMs;
  const when = `${format.stretch(range)} · ${format.span(spanMs)}`;
  const lines: (readonly [string, string])[] = [];
  const coverage = columns.coverage[row] ?? 0;
  const recoveredW = recoveredPowerW(columns, row);
  if (recoveredW > 0) lines.push([tooltip.recovered, toText(format.power(recoveredW))]);
  // What one sensor of a meter is left out with, another may have measured.
  const telling = context.corrections.filter(({ kind }) => kind !== 'bad' || coverage < 1);
  const corrected = describeCorrections(range, telling, format);
  if (coverage === 0) {
    if (!corrected.isLeftOut) lines.push(['', gapWord(range, context)]);
  } else {
    lines.push([tooltip.mean, toText(format.power(dataset.lineW[row] ?? 0))]);
    lines.push(...measuredLines(dataset, row, { ...context, isCorrected: corrected.lines.length > 0 }));
    if (coverage < 1) lines.push([tooltip.measured, format.percent(coverage)]);
  }
  lines.push(...corrected.lines);
  const isOffPeak = isInBands(context.offPeak, range.fromMs) && isInBands(context.offPeak, range.toMs - 1);
  if (isOffPeak && spanMs <= OFF_PEAK_SPAN_MS_MAX) lines.push(['', tooltip.offPeak]);
  return { when, lines };
}

function measuredLines(
  dataset: Dataset,
  row: number,
  { format, isCorrected }: Pick<RowContext, 'format'> & { readonly isCorrected: boolean },
): (readonly [string, string])[] {
  const { columns } = dataset;
  const { tooltip } = format.strings;
  const energyWh = columns.energyWh[row] ?? 0;
  if (dataset.style === 'counts') {
    const count = Math.round(energyWh / FLASH_WH);
    const text = fill(tooltip.count, { count: format.count(count) });
    const energy = toText(format.energy(energyWh));
    // What a correction makes of flashes was not counted, nor a part of a longer measurement.
    return [[tooltip.energy, isCorrected || !isWhole(energyWh) ? energy : `${energy} · ${text}`]];
  }
  const lowW = dataset.lowW[row] ?? 0;
  const highW = dataset.highW[row] ?? 0;
  const lines: (readonly [string, string])[] = [];
  if (highW - lowW >= 1) {
    lines.push([tooltip.range, `${format.power(lowW).value} – ${toText(format.power(highW))}`]);
  }
  if (dataset.kind === 'sum') lines.push([tooltip.energy, toText(format.energy(energyWh))]);
  return lines;
}

function gapWord(range: TimeRange, { format, measurable }: RowContext): string {
  const { tooltip } = format.strings;
  if (range.toMs <= measurable.fromMs) return tooltip.before;
  return range.fromMs >= measurable.toMs - SECOND_MS ? tooltip.future : tooltip.gap;
}

/** The box that follows the pointer over the curve, with the line under it. */
export class Tooltip {
  readonly #line = element('div', 'cursor-line');
  readonly #dot = element('div', 'cursor-dot');
  readonly #box = element('div', 'tooltip');
  #said = '';
  #boxWidth = 0;

  constructor(over: HTMLElement) {
    for (const part of [this.#line, this.#dot, this.#box]) {
      part.setAttribute('aria-hidden', 'true');
      part.hidden = true;
      over.append(part);
    }
  }

  hide(): void {
    for (const part of [this.#line, this.#dot, this.#box]) part.hidden = true;
  }

  /** Shows `text` beside `px`; the dot at `py`, or none when that is null. All in CSS pixels of the plot. */
  show(text: RowText, at: { readonly px: number; readonly py: number | null; readonly width: number }): void {
    this.#line.hidden = false;
    this.#box.hidden = false;
    this.#fill(text);
    this.#dot.hidden = at.py === null;
    this.#line.style.transform = `translateX(${at.px}px)`;
    if (at.py !== null) this.#dot.style.transform = `translate(${at.px}px, ${at.py}px)`;
    const isRight = at.px + this.#boxWidth + 20 <= at.width;
    const left = isRight ? at.px + 14 : Math.max(4, at.px - this.#boxWidth - 14);
    this.#box.style.transform = `translate(${Math.round(left)}px, 10px)`;
  }

  #fill(text: RowText): void {
    const key = JSON.stringify(text);
    if (key === this.#said) return;
    this.#said = key;
    const when = element('p', 'tooltip-when');
    when.textContent = text.when;
    const list = element('dl', '');
    for (const [name, value] of text.lines) {
      const term = element('dt', '');
      const detail = element('dd', name === '' ? 'is-wide' : '');
      term.textContent = name;
      detail.textContent = value;
      list.append(...(name === '' ? [detail] : [term, detail]));
    }
    this.#box.replaceChildren(when, list);
    // Asked only for new words: asking lays out.
    this.#boxWidth = this.#box.offsetWidth;
  }
}

function element(tag: string, className: string): HTMLElement {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  return made;
}
