import type { TimeRange } from '@kilowink/core/tariff';
import type { EpochMs } from '@kilowink/core/time';
import { clampRange, isSameRange, spanOf, type ZoomLimits, zoomWithin } from '../chart/zoom.ts';
import { createSignal, type Signal } from './signal.ts';
import { isFollowing, isSameView, LIVE_SPAN_MS, resolveView, type View, type ViewContext } from './view.ts';

/** Where views are remembered: the browser's history, or a list in a test. */
export interface ViewHistory {
  /** Adds an entry after the present one. */
  push(view: View): void;
  /** Changes the present entry. */
  replace(view: View): void;
  /** Goes back one entry, if there is one of ours; the view then comes in through `restore`. */
  back(): boolean;
}

/** How long the view stands still after the pointer has moved over it. */
const HOLD_MS = 10_000;

/** A following view zoomed about a point this near to its right edge keeps following. */
const EDGE_PART = 0.04;

/**
 * What is on show: the view asked for, and the range it means now. A gesture changes the range many times and makes
 * one entry in the history, so that "back" undoes a gesture.
 */
export class ViewModel {
  /** Changes with each movement; whoever draws listens here. */
  readonly range: Signal<TimeRange>;
  /** Changes when a gesture has ended or a button was pressed; whoever explains listens here. */
  readonly view: Signal<View>;
  readonly #history: ViewHistory;
  #context: ViewContext;
  #spanMsMin: number;
  #isMoving = false;
  #heldUntilMs = Number.NEGATIVE_INFINITY;
  /** What a gesture has made of the view so far. */
  #moved: View;

  constructor(start: { view: View; context: ViewContext; spanMsMin: number; history: ViewHistory }) {
    this.#history = start.history;
    this.#context = start.context;
    this.#spanMsMin = start.spanMsMin;
    this.#moved = start.view;
    this.view = createSignal(start.view);
    this.range = createSignal(clampRange(resolveView(start.view, start.context), this.limits));
    this.#history.replace(start.view);
  }

  get context(): ViewContext {
    return this.#context;
  }

  get limits(): ZoomLimits {
    const { extent, nowMs, zone } = this.#context;
    const toMs = Math.max(extent.toMs, zone.dayStart(nowMs, 1));
    return { fromMs: Math.min(extent.fromMs, toMs - this.#spanMsMin), toMs, spanMsMin: this.#spanMsMin };
  }

  /** Whether the right edge is the present and moves with it. */
  get isLive(): boolean {
    return isFollowing(this.#moved);
  }

  /** The clock went on, or the data reaches further: views that follow move, the others stay. */
  advance(context: ViewContext, spanMsMin = this.#spanMsMin): void {
    this.#context = context;
    this.#spanMsMin = spanMsMin;
    const isHeld = context.nowMs < this.#heldUntilMs;
    if (this.#moved.kind === 'range' || this.#isMoving || isHeld) return;
    this.#setRange(resolveView(this.#moved, context));
  }

  /** The reader is looking closely: a view that follows stands still for a while. */
  hold(): void {
    this.#heldUntilMs = this.#context.nowMs + HOLD_MS;
  }

  /** Shows a view and remembers the one before. */
  go(view: View): void {
    this.#isMoving = false;
    if (isSameView(view, this.view.get())) this.#history.replace(view);
    else this.#history.push(view);
    this.restore(view);
  }

  /** Shows a view that the history already knows. */
  restore(view: View): void {
    this.#isMoving = false;
    this.#heldUntilMs = Number.NEGATIVE_INFINITY;
    this.#moved = view;
    this.#setRange(resolveView(view, this.#context));
    this.view.set(view);
  }

  /** Shows this range, as a movement of a gesture. Returns whether anything changed. */
  moveTo(range: TimeRange): boolean {
    const clamped = clampRange(range, this.limits);
    if (isSameRange(clamped, this.range.get())) return false;
    this.#note({ kind: 'range', fromMs: clamped.fromMs, toMs: clamped.toMs });
    this.range.set(clamped);
    return true;
  }

  /** Zooms about a time as a movement of a gesture; a following view zoomed at its right edge keeps following. */
  zoomAt(atMs: EpochMs, factor: number): boolean {
    const range = this.range.get();
    const isAtEdge = this.isLive && atMs > range.toMs - spanOf(range) * EDGE_PART;
    const zoomed = zoomWithin(range, { atMs: isAtEdge ? range.toMs : atMs, factor }, this.limits);
    if (!isAtEdge) return this.moveTo(zoomed);
    if (isSameRange(zoomed, range)) return false;
    this.#note({ kind: 'last', spanMs: Math.round(spanOf(zoomed) / 1_000) * 1_000 });
    this.#setRange(resolveView(this.#moved, this.#context));
    return true;
  }

  /** The gesture is over: what it made is the view. */
  settle(): void {
    if (!this.#isMoving) return;
    this.#isMoving = false;
    this.#history.replace(this.#moved);
    this.view.set(this.#moved);
  }

  /** Undoes the last gesture; with none to undo, shows everything. */
  back(): void {
    this.settle();
    if (!this.#history.back()) this.go({ kind: 'all' });
  }

  /** Follows the present again, with the span on show if that is a day or less. */
  resumeLive(): void {
    const spanMs = Math.round(spanOf(this.range.get()) / 1_000) * 1_000;
    this.go({ kind: 'last', spanMs: spanMs <= 86_400_000 ? spanMs : LIVE_SPAN_MS });
  }

  /** The first movement of a gesture makes the history's entry, which the later ones change. */
  #note(view: View): void {
    if (this.#isMoving) this.#history.replace(view);
    else this.#history.push(view);
    this.#isMoving = true;
    this.#moved = view;
  }

  #setRange(range: TimeRange): void {
    const clamped = clampRange(range, this.limits);
    const before = this.range.get();
    if (clamped.fromMs !== before.fromMs || clamped.toMs !== before.toMs) this.range.set(clamped);
  }
}
