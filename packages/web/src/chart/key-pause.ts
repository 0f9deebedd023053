/** Presses of keys closer together than this are one movement. */
const PAUSE_MS = 350;
/** A held key comes again within this; one whose release is never told of, as when a dialog takes it, is let go then. */
const HELD_MS = 1_500;

/**
 * Makes one movement of a key that is held, or pressed several times in a row: so that it is one step back, and because
 * browsers refuse more than some hundred entries of the history in half a minute.
 */
export class KeyPause {
  readonly #settle: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `settle` ends the movement. */
  constructor(settle: () => void) {
    this.#settle = settle;
  }

  /** Listens for the end of what keys do to the element. */
  watch(element: HTMLElement, signal: AbortSignal): void {
    element.addEventListener('keyup', () => this.#timer !== undefined && this.#wait(PAUSE_MS), { signal });
    element.addEventListener('blur', () => this.#end(), { signal });
    signal.addEventListener('abort', () => clearTimeout(this.#timer));
  }

  /** A key has moved the view. */
  moved(): void {
    this.#wait(HELD_MS);
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), ms);
  }

  #end(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#settle();
  }
}
