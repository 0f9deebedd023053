import type { TimeRange } from '@kilowink/core/tariff';
import type { GestureTarget } from './gesture-target.ts';
import { attachTrackpad } from './trackpad.ts';
import { panBy, readWheel, spanOf } from './zoom.ts';

/** A press that moves less than this is a click. */
const SLOP_PX = 4;
/** A box narrower than this was no box. */
const BOX_PX_MIN = 6;
/** Turns of the wheel closer together than this are one movement. */
const WHEEL_PAUSE_MS = 350;

/**
 * One finger or the mouse button pans, two fingers zoom about their middle, shift draws a box to zoom into, the wheel
 * zooms about the pointer. Where the wheel can do nothing the page scrolls. Returns how to detach.
 */
export function attachGestures(element: HTMLElement, target: GestureTarget): () => void {
  const controller = new AbortController();
  const gesture = new Gesture(element, target);
  const options = { signal: controller.signal };
  element.addEventListener('pointerdown', (event) => gesture.press(event), options);
  element.addEventListener('pointermove', (event) => gesture.move(event), options);
  element.addEventListener('pointerup', (event) => gesture.release(event), options);
  element.addEventListener('pointercancel', (event) => gesture.release(event), options);
  element.addEventListener('pointerleave', (event) => gesture.leave(event), options);
  element.addEventListener('dblclick', () => target.back(), options);
  attachWheel(element, target, controller.signal);
  attachTrackpad(element, target, { isTouched: () => gesture.isTouched, signal: controller.signal });
  return () => controller.abort();
}

function attachWheel(element: HTMLElement, target: GestureTarget, signal: AbortSignal): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const turn = (event: WheelEvent): void => {
    const meaning = readWheel(event);
    const range = target.range();
    const msPerPx = spanOf(range) / target.width();
    const atMs = range.fromMs + (event.clientX - element.getBoundingClientRect().left) * msPerPx;
    const hasMoved =
      meaning.kind === 'zoom'
        ? target.zoomAt(atMs, meaning.factor)
        : target.moveTo(panBy(range, meaning.px * msPerPx));
    // A spin that has moved the view is the curve's until it pauses: it must not begin to scroll the page half way.
    if (!hasMoved && timer === undefined) return;
    event.preventDefault();
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      target.settle();
    }, WHEEL_PAUSE_MS);
  };
  element.addEventListener('wheel', turn, { passive: false, signal });
}

interface Press {
  readonly range: TimeRange;
  /** Where each finger was when the movement began. */
  readonly from: ReadonlyMap<number, number>;
}

class Gesture {
  readonly #element: HTMLElement;
  readonly #target: GestureTarget;
  readonly #fingers = new Map<number, number>();
  #press: Press | null = null;
  #boxFrom: number | null = null;
  #hasMoved = false;

  constructor(element: HTMLElement, target: GestureTarget) {
    this.#element = element;
    this.#target = target;
  }

  get isTouched(): boolean {
    return this.#fingers.size > 0;
  }

  press(event: PointerEvent): void {
    if (event.pointerType === 'mouse' && event.button > 1) return;
    const px = this.#px(event);
    this.#element.setPointerCapture(event.pointerId);
    this.#fingers.set(event.pointerId, px);
    if (this.#fingers.size === 1) this.#hasMoved = false;
    if (event.shiftKey) this.#boxFrom = px;
    else this.#begin();
  }

  move(event: PointerEvent): void {
    const px = this.#px(event);
    if (!this.#fingers.has(event.pointerId)) {
      if (event.pointerType !== 'touch') this.#target.hover(px);
      return;
    }
    if (hasLetGo(event)) {
      this.release(event);
      return;
    }
    this.#fingers.set(event.pointerId, px);
    if (this.#boxFrom !== null) this.#target.showBox(boxOf(this.#boxFrom, px));
    else this.#follow();
  }

  release(event: PointerEvent): void {
    if (!this.#fingers.delete(event.pointerId)) return;
    const px = this.#px(event);
    if (this.#boxFrom !== null) this.#finishBox(this.#boxFrom, px, event.type !== 'pointerup');
    else if (this.#fingers.size > 0) this.#begin();
    else if (this.#hasMoved) this.#end();
    else if (event.pointerType === 'touch' && event.type === 'pointerup') this.#target.pin(px);
  }

  leave(event: PointerEvent): void {
    if (event.pointerType === 'mouse' && this.#fingers.size === 0) this.#target.hover(null);
  }

  /** The movement starts anew from where the fingers are, as when one is lifted or added. */
  #begin(): void {
    this.#press = { range: this.#target.range(), from: new Map(this.#fingers) };
  }

  #end(): void {
    this.#press = null;
    this.#element.classList.remove('is-panning');
    this.#target.settle();
  }

  #follow(): void {
    if (this.#press === null) return;
    const [from, to] = [[...this.#press.from.values()], [...this.#fingers.values()]];
    const [from0 = 0, from1] = from;
    const [to0 = 0, to1] = to;
    if (!this.#hasMoved && to1 === undefined && Math.abs(to0 - from0) < SLOP_PX) return;
    this.#hasMoved = true;
    this.#element.classList.add('is-panning');
    this.#target.hover(null);
    const isPinch = from1 !== undefined && to1 !== undefined;
    const range = isPinch ? this.#pinched([from0, from1], [to0, to1]) : this.#panned(to0 - from0);
    if (range !== null) this.#target.moveTo(range);
  }

  #panned(px: number): TimeRange | null {
    if (this.#press === null) return null;
    const { range } = this.#press;
    return panBy(range, (-px * spanOf(range)) / this.#target.width());
  }

  /** The times that were under the two fingers stay under them. */
  #pinched(from: readonly [number, number], to: readonly [number, number]): TimeRange | null {
    if (this.#press === null) return null;
    const { range } = this.#press;
    const width = this.#target.width();
    const spread = Math.max(8, Math.abs(to[1] - to[0]));
    const span = (spanOf(range) * Math.max(8, Math.abs(from[1] - from[0]))) / spread;
    const middleMs = range.fromMs + ((from[0] + from[1]) / 2 / width) * spanOf(range);
    const fromMs = middleMs - ((to[0] + to[1]) / 2 / width) * span;
    return { fromMs, toMs: fromMs + span };
  }

  #finishBox(fromPx: number, toPx: number, isCancelled: boolean): void {
    this.#boxFrom = null;
    this.#target.showBox(null);
    const { left, width } = boxOf(fromPx, toPx);
    if (isCancelled || width < BOX_PX_MIN) return;
    const range = this.#target.range();
    const msPerPx = spanOf(range) / this.#target.width();
    const fromMs = range.fromMs + left * msPerPx;
    this.#target.moveTo({ fromMs, toMs: fromMs + width * msPerPx });
    this.#target.settle();
  }

  #px(event: PointerEvent): number {
    return event.clientX - this.#element.getBoundingClientRect().left;
  }
}

/** Whether the mouse moves with no button down: what a menu took is never told as let go. */
export function hasLetGo(event: PointerEvent): boolean {
  return event.pointerType === 'mouse' && event.buttons === 0;
}

function boxOf(a: number, b: number): { left: number; width: number } {
  return { left: Math.min(a, b), width: Math.abs(a - b) };
}
