import type { TimeRange } from '@kilowink/core/tariff';
import type { EpochMs } from '@kilowink/core/time';
import { webError } from '../errors.ts';
import type { Format } from '../i18n/format.ts';
import { type Dataset, highestW } from './dataset.ts';
import { drawCurve } from './draw-curve.ts';
import { drawGaps } from './draw-ground.ts';
import { type Frame, xOf } from './frame.ts';
import { hasLetGo } from './gestures.ts';
import { KeyPause } from './key-pause.ts';
import type { Palette } from './palette.ts';
import { chooseTicks } from './ticks.ts';
import { panBy, spanOf } from './zoom.ts';

/** What the minimap shows and acts on. */
export interface MinimapTarget {
  /** Everything: the minimap's own range. */
  extent(): TimeRange;
  range(): TimeRange;
  moveTo(range: TimeRange): boolean;
  settle(): void;
}

/** What a minimap is drawn from. */
export interface MinimapScene {
  dataset: Dataset | null;
  measurable: () => TimeRange;
  palette: Palette;
  format: Format;
}

/** The window over the minimap is never drawn narrower, however little it shows. */
const WINDOW_PX_MIN = 6;
/** A minimap narrower than this reaches the window's edges, so nothing may hang over. */
const NARROW_PX = 640;
const SLOP_PX = 4;
const TICK_SPACE_PX = 110;
const LABEL_PX = 11;
const KEY_STEP = 0.1;

type Part = 'from' | 'to' | 'body' | 'ground';

/**
 * All measurements in one strip, with a window over what the curve shows. Grips set the window's ends, its body moves
 * it, a click beside it centres it there, and a drag there draws a new one.
 */
export class Minimap {
  readonly scene: MinimapScene;
  readonly #host: HTMLElement;
  readonly #target: MinimapTarget;
  readonly #canvas = document.createElement('canvas');
  readonly #window = document.createElement('div');
  readonly #keyPause: KeyPause;
  readonly #detach = new AbortController();
  readonly #grips: { readonly from: HTMLElement; readonly to: HTMLElement };
  #frameRequest = 0;
  #isStale = true;
  /** Measured when the curve is drawn, which is what a new size asks for. */
  #width = 0;
  #gripWidth = 0;
  #drag: { part: Part; startPx: number; range: TimeRange; hasMoved: boolean } | null = null;

  constructor(host: HTMLElement, target: MinimapTarget, scene: MinimapScene) {
    this.#host = host;
    this.#target = target;
    this.scene = scene;
    this.#keyPause = new KeyPause(() => target.settle());
    this.#canvas.setAttribute('aria-hidden', 'true');
    this.#window.className = 'minimap-window';
    this.#grips = { from: this.#createGrip('from'), to: this.#createGrip('to') };
    host.replaceChildren(this.#canvas, this.#window, this.#grips.from, this.#grips.to);
    const { signal } = this.#detach;
    host.addEventListener('pointerdown', (event) => this.#press(event), { signal });
    host.addEventListener('pointermove', (event) => this.#follow(event), { signal });
    host.addEventListener('pointerup', (event) => this.#release(event), { signal });
    host.addEventListener('pointercancel', (event) => this.#release(event), { signal });
    this.invalidate();
  }

  /** Draws at the next frame; the curve too, not only the window, unless `onlyWindow`. */
  invalidate(onlyWindow = false): void {
    if (!onlyWindow) this.#isStale = true;
    if (this.#frameRequest !== 0) return;
    this.#frameRequest = requestAnimationFrame(() => {
      this.#frameRequest = 0;
      if (this.#isStale) this.#drawCurve();
      this.#isStale = false;
      this.#placeWindow();
    });
  }

  destroy(): void {
    cancelAnimationFrame(this.#frameRequest);
    this.#detach.abort();
    this.#host.replaceChildren();
  }

  #createGrip(end: 'from' | 'to'): HTMLElement {
    const grip = document.createElement('div');
    const { strings } = this.scene.format;
    grip.className = `minimap-grip is-${end}`;
    grip.dataset['part'] = end;
    grip.tabIndex = 0;
    grip.setAttribute('role', 'slider');
    grip.setAttribute('aria-orientation', 'horizontal');
    grip.setAttribute('aria-label', end === 'from' ? strings.minimapFrom : strings.minimapTo);
    grip.addEventListener('keydown', (event) => this.#pressKey(event, end));
    this.#keyPause.watch(grip, this.#detach.signal);
    return grip;
  }

  #pressKey(event: KeyboardEvent, end: 'from' | 'to'): void {
    const range = this.#target.range();
    const stepMs = spanOf(range) * (event.shiftKey ? KEY_STEP * 5 : KEY_STEP);
    const deltaMs = { ArrowLeft: -stepMs, ArrowDown: -stepMs, ArrowRight: stepMs, ArrowUp: stepMs }[
      event.key
    ];
    const extent = this.#target.extent();
    const edge = { Home: extent.fromMs, End: extent.toMs }[event.key];
    const now = end === 'from' ? range.fromMs : range.toMs;
    const next = edge ?? (deltaMs === undefined ? null : now + deltaMs);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.#target.moveTo(this.#withEnd(range, end, next));
    this.#keyPause.moved();
  }

  #withEnd(range: TimeRange, end: 'from' | 'to', atMs: EpochMs): TimeRange {
    return end === 'from'
      ? { fromMs: Math.min(atMs, range.toMs - 1), toMs: range.toMs }
      : { fromMs: range.fromMs, toMs: Math.max(atMs, range.fromMs + 1) };
  }

  #press(event: PointerEvent): void {
    if (event.pointerType === 'mouse' && event.button !== 0) return;
    const part = (event.target as HTMLElement).dataset['part'] as Part | undefined;
    this.#drag = {
      part: part ?? (event.target === this.#window ? 'body' : 'ground'),
      startPx: this.#px(event),
      range: this.#target.range(),
      hasMoved: false,
    };
    this.#host.setPointerCapture(event.pointerId);
    event.preventDefault();
    if (part !== undefined) (event.target as HTMLElement).focus();
  }

  #follow(event: PointerEvent): void {
    const drag = this.#drag;
    if (drag === null) return;
    if (hasLetGo(event)) {
      this.#release(event);
      return;
    }
    const px = this.#px(event);
    if (!drag.hasMoved && Math.abs(px - drag.startPx) < SLOP_PX) return;
    drag.hasMoved = true;
    const deltaMs = (px - drag.startPx) * this.#msPerPx();
    switch (drag.part) {
      case 'body':
        this.#target.moveTo(panBy(drag.range, deltaMs));
        break;
      case 'ground': {
        const [a, b] = [this.#timeAt(drag.startPx), this.#timeAt(px)];
        this.#target.moveTo({ fromMs: Math.min(a, b), toMs: Math.max(a, b) });
        break;
      }
      case 'from':
        this.#target.moveTo(this.#withEnd(drag.range, 'from', drag.range.fromMs + deltaMs));
        break;
      case 'to':
        this.#target.moveTo(this.#withEnd(drag.range, 'to', drag.range.toMs + deltaMs));
        break;
    }
  }

  #release(event: PointerEvent): void {
    const drag = this.#drag;
    this.#drag = null;
    if (drag === null) return;
    if (!drag.hasMoved && drag.part === 'ground' && event.type === 'pointerup') {
      const half = spanOf(drag.range) / 2;
      const atMs = this.#timeAt(drag.startPx);
      this.#target.moveTo({ fromMs: atMs - half, toMs: atMs + half });
    }
    this.#target.settle();
  }

  #px(event: PointerEvent): number {
    return event.clientX - this.#host.getBoundingClientRect().left;
  }

  #msPerPx(): number {
    return spanOf(this.#target.extent()) / Math.max(1, this.#width);
  }

  #timeAt(px: number): EpochMs {
    return this.#target.extent().fromMs + px * this.#msPerPx();
  }

  #placeWindow(): void {
    const { fromMs } = this.#target.extent();
    const range = this.#target.range();
    const msPerPx = this.#msPerPx();
    // Today reaches past the last measurement, and so past the minimap.
    const hostWidth = this.#width;
    const startPx = Math.max(0, (range.fromMs - fromMs) / msPerPx);
    const endPx = Math.min(hostWidth, (range.toMs - fromMs) / msPerPx);
    const width = Math.max(WINDOW_PX_MIN, endPx - startPx);
    const inside = Math.max(0, Math.min((startPx + endPx - width) / 2, hostWidth - width));
    this.#window.style.transform = `translateX(${inside}px)`;
    this.#window.style.width = `${width}px`;
    this.#placeGrips(inside, inside + width);
    this.#describeGrip(this.#grips.from, range.fromMs);
    this.#describeGrip(this.#grips.to, range.toMs);
  }

  /** The grips stand outside the window's ends, but never outside the minimap, where no finger could reach them. */
  #placeGrips(startPx: number, endPx: number): void {
    const { from, to } = this.#grips;
    const gripWidth = this.#gripWidth;
    const overhang = this.#width >= NARROW_PX ? gripWidth : 0;
    const toPx = Math.max(gripWidth - overhang, Math.min(endPx, this.#width - gripWidth + overhang));
    const fromPx = Math.max(-overhang, Math.min(startPx, toPx) - gripWidth);
    from.style.transform = `translateX(${fromPx}px)`;
    from.classList.toggle('is-turned', fromPx + gripWidth > startPx + 1);
    to.classList.toggle('is-turned', toPx < endPx - 1);
    to.style.transform = `translateX(${Math.max(toPx, fromPx + gripWidth)}px)`;
  }

  #describeGrip(grip: HTMLElement, atMs: EpochMs): void {
    const { fromMs, toMs } = this.#target.extent();
    // Seconds: screen readers read a value of thirteen digits aloud where they have no text.
    grip.setAttribute('aria-valuemin', String(Math.round(fromMs / 1_000)));
    grip.setAttribute('aria-valuemax', String(Math.round(toMs / 1_000)));
    grip.setAttribute('aria-valuenow', String(Math.round(atMs / 1_000)));
    grip.setAttribute('aria-valuetext', this.scene.format.instant(atMs));
  }

  #drawCurve(): void {
    const { clientWidth, clientHeight } = this.#host;
    this.#width = clientWidth;
    this.#gripWidth = this.#grips.from.offsetWidth;
    const ratio = devicePixelRatio;
    const canvas = this.#canvas;
    canvas.width = Math.max(1, Math.round(clientWidth * ratio));
    canvas.height = Math.max(1, Math.round(clientHeight * ratio));
    const context = canvas.getContext('2d');
    if (context === null) throw webError('web/no-canvas');
    const { dataset, palette, measurable } = this.scene;
    const extent = this.#target.extent();
    const highest = dataset === null ? 0 : highestW(dataset, extent.fromMs, extent.toMs);
    const place = { left: 0, top: 2 * ratio, width: canvas.width, height: canvas.height - 2 * ratio, ratio };
    const frame: Frame = {
      context,
      ...extent,
      ...place,
      powerWMax: Math.max(dataset?.kind === 'mean' ? 1 : 100, highest * 1.05),
    };
    if (dataset !== null) {
      drawGaps(frame, dataset.columns, extent, { palette, measurable: measurable() });
      drawCurve(frame, dataset, extent, palette);
    }
    this.#drawTicks(frame);
  }

  #drawTicks(frame: Frame): void {
    const { context, ratio } = frame;
    const { palette, format } = this.scene;
    const ticks = chooseTicks(
      frame,
      Math.max(2, frame.width / ratio / TICK_SPACE_PX / palette.textScale),
      format.zone,
    );
    context.font = `${LABEL_PX * palette.textScale * ratio}px ${palette.font}`;
    context.textBaseline = 'top';
    context.lineWidth = 3 * ratio;
    context.lineJoin = 'round';
    format.tickLabels(ticks).forEach((label, index) => {
      const x = Math.round(xOf(frame, ticks.atMs[index] ?? 0));
      context.fillStyle = palette.hairline;
      context.fillRect(x, frame.top, ratio, frame.height);
      const next = ticks.atMs[index + 1];
      const space = (next === undefined ? frame.left + frame.width : xOf(frame, next)) - x - 10 * ratio;
      const isRoomy = context.measureText(label.replace('\n', ' · ')).width <= space;
      const text = isRoomy ? label.replace('\n', ' · ') : (label.split('\n')[0] ?? '');
      if (context.measureText(text).width > space) return;
      context.strokeStyle = palette.background;
      context.fillStyle = palette.textSoft;
      context.strokeText(text, x + 5 * ratio, frame.top + 2 * ratio);
      context.fillText(text, x + 5 * ratio, frame.top + 2 * ratio);
    });
  }
}
