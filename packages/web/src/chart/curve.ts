import type { TimeRange } from '@kilowink/core/tariff';
import { rowAt } from '../data/columns.ts';
import { stepFor } from '../data/tiles.ts';
import type { Room } from '../state/room.ts';
import type { Dataset } from './dataset.ts';
import type { GestureTarget } from './gesture-target.ts';
import { attachGestures } from './gestures.ts';
import { KeyPause } from './key-pause.ts';
import { Minimap } from './minimap.ts';
import { type Palette, readPalette, watchPalette } from './palette.ts';
import { covered, PowerChart } from './power-chart.ts';
import { describeRow, type RowText, Tooltip } from './tooltip.ts';
import { panBy, spanOf } from './zoom.ts';

/** Rows a pixel at most; more could not be told apart. */
const ROWS_PER_PX = 1.3;
const ROWS_MIN = 320;
/** The server is asked at most this often while the view moves. */
const WANT_INTERVAL_MS = 90;
/** What is on show is explained once it has rested this long. */
const REST_MS = 180;
const ZOOM_KEY_FACTOR = 0.6;
const PAN_KEY_PART = 0.2;

/** What the curve needs of the page around it. */
export interface CurveHost {
  readonly chart: HTMLElement;
  readonly minimap: HTMLElement;
  /** For screen readers: the row that the inspect cursor has come to. */
  speak(text: string): void;
  showHelp(): void;
}

/** The curve with its minimap, at work on one room: the view moves them, data comes in, the pointer asks. */
export class Curve {
  readonly #room: Room;
  readonly #host: CurveHost;
  readonly #chart: PowerChart;
  readonly #minimap: Minimap;
  readonly #tooltip: Tooltip;
  readonly #box = document.createElement('div');
  readonly #detach: (() => void)[] = [];
  readonly #keyPause: KeyPause;
  #wantTimer: ReturnType<typeof setTimeout> | undefined;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #hoverPx: number | null = null;
  /** The time the inspect cursor is at; null when values are not being read by keys. */
  #inspectMs: number | null = null;

  constructor(room: Room, host: CurveHost) {
    this.#room = room;
    this.#host = host;
    const palette = readPalette();
    const { format, model } = room;
    this.#keyPause = new KeyPause(() => model.settle());
    const common = { palette, format, measurable: () => room.measurable };
    this.#chart = new PowerChart(host.chart, {
      ...common,
      range: model.range.get(),
      front: null,
      back: room.overview.get(),
      hasCumulative: room.hasCumulative.get(),
      offPeak: (range) => room.offPeakIn(range),
      corrected: () => room.corrections.get().filter(({ undoneMs }) => undoneMs === null),
      onDrawn: () => this.#refreshTooltip(),
    });
    this.#minimap = new Minimap(
      host.minimap,
      {
        extent: () => room.extent,
        range: () => model.range.get(),
        moveTo: (range) => model.moveTo(range),
        settle: () => model.settle(),
      },
      { ...common, dataset: room.overview.get() },
    );
    this.#tooltip = new Tooltip(this.#chart.over);
    this.#box.className = 'zoom-box';
    this.#box.hidden = true;
    this.#chart.over.append(this.#box);
    this.#listen();
    this.#want();
  }

  destroy(): void {
    clearTimeout(this.#wantTimer);
    clearTimeout(this.#restTimer);
    for (const detach of this.#detach) detach();
    this.#chart.destroy();
    this.#minimap.destroy();
  }

  /** The canvas as it is, to be put into a picture. */
  get canvas(): HTMLCanvasElement {
    return this.#chart.canvas;
  }

  get palette(): Palette {
    return this.#chart.scene.palette;
  }

  #listen(): void {
    const { model, overview, arrivals, ticks, hasCumulative } = this.#room;
    const resize = new ResizeObserver(() => {
      this.#chart.relayout();
      this.#minimap.invalidate();
      this.#want();
    });
    resize.observe(this.#host.chart);
    const keys = new AbortController();
    const { signal } = keys;
    this.#host.chart.addEventListener('keydown', (event) => this.#pressKey(event), { signal });
    this.#host.chart.addEventListener('blur', () => this.#stopInspecting(), { signal });
    this.#keyPause.watch(this.#host.chart, signal);
    this.#detach.push(
      () => resize.disconnect(),
      () => keys.abort(),
      model.range.subscribe((range) => this.#onRange(range)),
      arrivals.subscribe(() => this.#onData()),
      overview.subscribe((dataset) => this.#onOverview(dataset)),
      ticks.subscribe(() => this.#onTick()),
      this.#room.corrections.subscribe(() => this.#chart.invalidate()),
      hasCumulative.subscribe((isShown) => {
        this.#chart.scene.hasCumulative = isShown;
        this.#chart.relayout();
      }),
      watchPalette((palette) => {
        this.#chart.scene.palette = palette;
        this.#minimap.scene.palette = palette;
        this.#chart.relayout();
        this.#minimap.invalidate();
      }),
      attachGestures(this.#chart.over, this.#gestureTarget()),
    );
  }

  #gestureTarget(): GestureTarget {
    const { model } = this.#room;
    return {
      range: () => model.range.get(),
      width: () => this.#chart.plotBox.width,
      moveTo: (range) => model.moveTo(range),
      zoomAt: (atMs, factor) => model.zoomAt(atMs, factor),
      settle: () => model.settle(),
      back: () => model.back(),
      hover: (px) => this.#hover(px),
      pin: (px) => this.#hover(px),
      showBox: (box) => {
        this.#box.hidden = box === null;
        if (box === null) return;
        this.#box.style.transform = `translateX(${box.left}px)`;
        this.#box.style.width = `${box.width}px`;
      },
    };
  }

  #onRange(range: TimeRange): void {
    this.#chart.scene.range = range;
    this.#pickFront();
    this.#chart.invalidate();
    this.#minimap.invalidate(true);
    this.#wantTimer ??= setTimeout(() => {
      this.#wantTimer = undefined;
      this.#want();
    }, WANT_INTERVAL_MS);
    this.#rest();
  }

  #onData(): void {
    this.#pickFront(true);
    this.#chart.invalidate();
    this.#rest();
  }

  /** Also with nothing new the present moves on, and a silent sensor's gap grows. */
  #onTick(): void {
    this.#chart.invalidate();
    this.#minimap.invalidate();
  }

  #onOverview(dataset: Dataset | null): void {
    this.#chart.scene.back = dataset;
    this.#minimap.scene.dataset = dataset;
    this.#chart.invalidate();
    this.#minimap.invalidate();
  }

  get #step(): ReturnType<typeof stepFor> {
    const rows = Math.max(ROWS_MIN, Math.round(this.#chart.plotBox.width * ROWS_PER_PX));
    return stepFor(spanOf(this.#room.model.range.get()), rows);
  }

  #want(): void {
    this.#room.source.want(this.#room.model.range.get(), this.#step);
    this.#pickFront(true);
    this.#chart.invalidate();
  }

  /**
   * Takes the right step's data once it reaches at least as far as what is drawn; until then the old is drawn stretched.
   * Without `isNew` nothing is put together anew while the front reaches all of the view.
   */
  #pickFront(isNew = false): void {
    const range = this.#room.model.range.get();
    const step = this.#step;
    const { scene } = this.#chart;
    const reach = reachOf(range, scene.front);
    if (!isNew && scene.front?.stepMs === step.ms && reach >= spanOf(range)) return;
    const assembled = this.#room.source.assemble(range, step);
    if (assembled === null || assembled.columns.length === 0) return;
    const next = this.#room.createDataset(assembled.columns, step);
    if (assembled.isComplete || reachOf(range, next) >= reach) scene.front = next;
  }

  #rest(): void {
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => {
      const { range, front } = this.#chart.scene;
      this.#room.shown.set({ range, dataset: front });
    }, REST_MS);
  }

  #hover(px: number | null): void {
    this.#inspectMs = null;
    this.#hoverPx = px;
    if (px !== null) this.#room.model.hold();
    this.#refreshTooltip();
  }

  #refreshTooltip(): void {
    const px = this.#inspectMs === null ? this.#hoverPx : this.#chart.xOf(this.#inspectMs);
    const { front, back, range } = this.#chart.scene;
    const dataset = reachOf(range, front) > 0 ? front : back;
    if (px === null || dataset === null || dataset.columns.length === 0) {
      this.#tooltip.hide();
      return;
    }
    const atMs = this.#inspectMs ?? this.#chart.timeAt(px);
    const row = rowAt(dataset.columns, atMs);
    const isOutside = atMs < (dataset.columns.starts[0] ?? 0) || atMs >= (dataset.columns.ends[row] ?? 0);
    if (isOutside) {
      this.#tooltip.hide();
      return;
    }
    const lineW = dataset.lineW[row] ?? Number.NaN;
    this.#tooltip.show(this.#describe(dataset, row), {
      px,
      py: Number.isNaN(lineW) ? null : this.#chart.yOf(lineW),
      width: this.#chart.plotBox.width,
    });
  }

  #describe(dataset: Dataset, row: number): RowText {
    const { format, measurable } = this.#room;
    const offPeak = this.#room.offPeakIn(this.#room.model.range.get());
    const corrections = this.#room.corrections.get();
    return describeRow(dataset, row, { format, measurable, offPeak, corrections });
  }

  #pressKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const act =
      this.#inspectMs === null ? this.#viewKey(event) : (this.#inspectKey(event) ?? this.#viewKey(event));
    if (act === null) return;
    event.preventDefault();
    act();
  }

  #viewKey({ key, shiftKey }: KeyboardEvent): (() => void) | null {
    const { model } = this.#room;
    const span = spanOf(model.range.get());
    const panMs = span * (shiftKey ? 1 : PAN_KEY_PART);
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.#move(panBy(model.range.get(), -panMs)),
      ArrowRight: () => this.#move(panBy(model.range.get(), panMs)),
      '+': () => this.#zoomKey(ZOOM_KEY_FACTOR),
      '=': () => this.#zoomKey(ZOOM_KEY_FACTOR),
      '-': () => this.#zoomKey(1 / ZOOM_KEY_FACTOR),
      '−': () => this.#zoomKey(1 / ZOOM_KEY_FACTOR),
      Home: () => this.#move({ fromMs: this.#room.extent.fromMs, toMs: this.#room.extent.fromMs + span }),
      End: () => this.#move({ fromMs: this.#room.extent.toMs - span, toMs: this.#room.extent.toMs }),
      '0': () => model.go(this.#room.firstView),
      l: () => model.resumeLive(),
      Backspace: () => model.back(),
      '?': () => this.#host.showHelp(),
      Enter: () => this.#startInspecting(),
    };
    return actions[key] ?? null;
  }

  #inspectKey({ key, shiftKey }: KeyboardEvent): (() => void) | null {
    const rows = shiftKey ? 10 : 1;
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.#inspectBy(-rows),
      ArrowRight: () => this.#inspectBy(rows),
      Escape: () => this.#stopInspecting(),
      Enter: () => this.#stopInspecting(),
    };
    return actions[key] ?? null;
  }

  #move(range: TimeRange): void {
    this.#room.model.moveTo(range);
    this.#keyPause.moved();
  }

  /** Keys zoom about the middle; a view that follows the present keeps it at its right edge. */
  #zoomKey(factor: number): void {
    const { model } = this.#room;
    const { fromMs, toMs } = model.range.get();
    model.zoomAt(model.isLive ? toMs : (fromMs + toMs) / 2, factor);
    this.#keyPause.moved();
  }

  #startInspecting(): void {
    const { fromMs, toMs } = this.#room.model.range.get();
    this.#inspectMs = (fromMs + toMs) / 2;
    this.#inspectBy(0);
  }

  #stopInspecting(): void {
    if (this.#inspectMs === null) return;
    this.#inspectMs = null;
    this.#refreshTooltip();
  }

  #inspectBy(rows: number): void {
    const { front } = this.#chart.scene;
    if (front === null || this.#inspectMs === null) return;
    this.#room.model.hold();
    const { columns } = front;
    const row = Math.max(0, Math.min(columns.length - 1, rowAt(columns, this.#inspectMs) + rows));
    this.#inspectMs = ((columns.starts[row] ?? 0) + (columns.ends[row] ?? 0)) / 2;
    const { fromMs, toMs } = this.#room.model.range.get();
    if (this.#inspectMs < fromMs)
      this.#move(panBy({ fromMs, toMs }, this.#inspectMs - fromMs - (toMs - fromMs) / 2));
    if (this.#inspectMs > toMs)
      this.#move(panBy({ fromMs, toMs }, this.#inspectMs - toMs + (toMs - fromMs) / 2));
    const text = this.#describe(front, row);
    this.#host.speak([text.when, ...text.lines.map((line) => line.join(' ').trim())].join(', '));
    this.#refreshTooltip();
  }
}

/** How much of the range the dataset reaches, ms. */
function reachOf(range: TimeRange, dataset: Dataset | null): number {
  const part = covered(range, dataset)[0];
  return part === undefined ? 0 : part.toMs - part.fromMs;
}
