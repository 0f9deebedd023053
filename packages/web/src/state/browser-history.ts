import { decodeView, encodeView, type View } from './view.ts';
import type { ViewHistory } from './view-model.ts';

/** Browsers refuse more than about a hundred changes of the address in half a minute. */
const REPLACE_INTERVAL_MS = 400;

/** The browser's history as a `ViewHistory`: the view is the address's query; other parameters are kept. */
export class BrowserHistory implements ViewHistory {
  #depth: number;
  #pending: ReturnType<typeof setTimeout> | undefined;
  #pendingView: View | null = null;

  constructor(onRestore: (view: View | null) => void) {
    this.#depth = readDepth(history.state);
    window.addEventListener('popstate', (event) => {
      this.#cancel();
      this.#depth = readDepth(event.state);
      onRestore(decodeView(location.search));
    });
  }

  push(view: View): void {
    this.#flush();
    this.#depth++;
    history.pushState({ depth: this.#depth }, '', address(view));
  }

  replace(view: View): void {
    this.#pendingView = view;
    this.#pending ??= setTimeout(() => this.#flush(), REPLACE_INTERVAL_MS);
  }

  back(): boolean {
    if (this.#depth === 0) return false;
    this.#flush();
    history.back();
    return true;
  }

  #flush(): void {
    const view = this.#pendingView;
    this.#cancel();
    if (view !== null) history.replaceState({ depth: this.#depth }, '', address(view));
  }

  #cancel(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.#pendingView = null;
  }
}

function address(view: View): string {
  const series = new URLSearchParams(location.search).get('series');
  const kept = series === null ? '' : `series=${encodeURIComponent(series)}&`;
  return `${location.pathname}?${kept}${encodeView(view)}${location.hash}`;
}

function readDepth(state: unknown): number {
  const depth = (state as { depth?: unknown } | null)?.depth;
  return typeof depth === 'number' ? depth : 0;
}
