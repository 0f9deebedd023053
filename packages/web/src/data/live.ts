import type { FirmwareRun, LiveHeard, LiveHello, LivePoints, LiveRewritten, MeterInfo } from '@kilowink/api';
import { LIVE_PATH } from './api.ts';

/** What the live connection tells. */
export interface LiveHandlers {
  onHello(hello: LiveHello): void;
  onPoints(points: LivePoints): void;
  onRewritten(rewritten: LiveRewritten): void;
  onHeard(heard: LiveHeard): void;
  onMeter(meter: MeterInfo): void;
  onFirmware(run: FirmwareRun): void;
  /** Something may have been missed: read what is on show again. */
  onReset(): void;
  /** The connection is gone; it is being tried again. */
  onLost(): void;
}

/** A browser gives up for good when the answer is no event stream, as from a proxy whose server is down. */
const RETRY_MS = 5_000;

/**
 * Opens the live events and keeps them open. The browser resumes after a break with `Last-Event-ID`; where it gives up,
 * a new connection starts from the last id seen. Returns how to close it.
 */
export function openLive(handlers: LiveHandlers): () => void {
  let cursor = '';
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const open = (): void => {
    source = new EventSource(cursor === '' ? LIVE_PATH : `${LIVE_PATH}?cursor=${encodeURIComponent(cursor)}`);
    const on = <T>(name: string, handle: (value: T) => void): void =>
      source?.addEventListener(name, (event: MessageEvent<string>) => {
        cursor = event.lastEventId || cursor;
        handle(JSON.parse(event.data === '' ? '{}' : event.data) as T);
      });
    on('hello', handlers.onHello);
    on('points', handlers.onPoints);
    on('rewritten', handlers.onRewritten);
    on('heard', handlers.onHeard);
    on('meter', handlers.onMeter);
    on('firmware', handlers.onFirmware);
    on('reset', () => handlers.onReset());
    source.addEventListener('error', () => {
      handlers.onLost();
      if (source?.readyState !== EventSource.CLOSED) return;
      clearTimeout(timer);
      timer = setTimeout(open, RETRY_MS);
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
