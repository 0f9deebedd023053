import type { GestureTarget } from './gesture-target.ts';
import { spanOf } from './zoom.ts';

/** How Safari tells of two fingers on a trackpad; other browsers send a wheel with the control key. */
interface PinchEvent extends UIEvent {
  /** How far the fingers have spread since they were put down, as a factor. */
  readonly scale: number;
  readonly clientX: number;
}

/**
 * Two fingers on a trackpad zoom about the pointer in Safari too. On a touch screen Safari sends the same events beside
 * those of each finger, which have moved the curve already: that is what `isTouched` says.
 */
export function attachTrackpad(
  element: HTMLElement,
  target: GestureTarget,
  options: { readonly isTouched: () => boolean; readonly signal: AbortSignal },
): void {
  let scale = 1;
  const on = (name: string, act: (event: PinchEvent) => void): void => {
    const listen = (event: Event): void => {
      // Else the page is magnified.
      event.preventDefault();
      if (!options.isTouched()) act(event as PinchEvent);
    };
    element.addEventListener(name, listen, { passive: false, signal: options.signal });
  };
  on('gesturestart', () => {
    scale = 1;
  });
  on('gesturechange', (event) => {
    if (event.scale <= 0) return;
    const range = target.range();
    const px = event.clientX - element.getBoundingClientRect().left;
    target.zoomAt(range.fromMs + (px / target.width()) * spanOf(range), scale / event.scale);
    scale = event.scale;
  });
  on('gestureend', () => target.settle());
}
