import type { FirmwareRun, MeterInfo, SeriesInfo, SiteInfo } from '@kilowink/api';
import { AppError } from '@kilowink/core/error';
import type { EpochMs } from '@kilowink/core/time';
import { api } from '../data/api.ts';
import { openLive } from '../data/live.ts';
import { createFormat, type Format } from '../i18n/format.ts';
import { nameSeries } from '../i18n/series-name.ts';
import { createZone } from '../time/zone.ts';
import { Admin } from './admin.ts';
import { BrowserHistory } from './browser-history.ts';
import { isOfMeter, isRegister } from './references.ts';
import { Room } from './room.ts';
import { createSignal } from './signal.ts';
import { decodeView } from './view.ts';

/** What the page as a whole is doing. */
export type Phase =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly detail: string }
  | { readonly kind: 'empty'; readonly site: SiteInfo }
  | { readonly kind: 'ready'; readonly room: Room };

/** The server is asked again after this long when the page could not start. */
const RETRY_MS = 5_000;
/** A break of the live connection shorter than this is not worth a word. */
const OFFLINE_GRACE_MS = 3_000;

/** One visit: the connection to the server, and the series on show. */
export class Session {
  readonly phase = createSignal<Phase>({ kind: 'loading' });
  readonly list = createSignal<readonly SeriesInfo[]>([]);
  /** The meters that speak for themselves, as last heard. */
  readonly meters = createSignal<readonly MeterInfo[]>([]);
  readonly admin = new Admin();
  /** The update of sensors, as last told. */
  readonly firmware = createSignal<FirmwareRun | null>(null);
  /** Since when the server does not answer; null while it does. */
  readonly offlineSinceMs = createSignal<EpochMs | null>(null);
  /** The words for this reader; before the site is known, in UTC. */
  format: Format = createFormat(navigator.languages, createZone('UTC'));
  readonly #history: BrowserHistory;
  #offsetMs = 0;
  #isLive = false;
  #lostTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#history = new BrowserHistory((view) => {
      const room = this.#room;
      room?.model.restore(view ?? room.firstView);
    });
    document.documentElement.lang = this.format.locale;
  }

  /** The server's clock, as well as it is known. */
  nowMs(): EpochMs {
    return Date.now() + this.#offsetMs;
  }

  /** What the server said when it could not answer a question; null since it has answered one. */
  readonly problem = createSignal<string | null>(null);
  #isStarting = false;

  /** Reads what there is and shows it; tried again for as long as the server does not answer. */
  async start(): Promise<void> {
    if (this.#isStarting) return;
    this.#isStarting = true;
    clearTimeout(this.#retryTimer);
    try {
      const [site, list, meters] = await Promise.all([api.site(), api.series(), api.meters()]);
      this.#offsetMs = site.serverMs - Date.now();
      this.format = createFormat(navigator.languages, createZone(site.zone));
      const named = nameSeries(list, this.format.strings);
      document.title = `${site.name} · ${this.format.strings.title}`;
      this.list.set(named);
      this.meters.set(meters);
      this.#online();
      this.#listen();
      const series = chooseSeries(named);
      if (series === null) this.phase.set({ kind: 'empty', site });
      else this.#openRoom(site, series);
    } catch (error) {
      this.#startFailed(error);
    } finally {
      this.#isStarting = false;
    }
  }

  /** Shows another series, from now on also when the address is opened again. */
  choose(seriesId: number): void {
    const query = new URLSearchParams(location.search);
    query.set('series', String(seriesId));
    history.replaceState(history.state, '', `${location.pathname}?${query}`);
    const series = this.list.get().find((candidate) => candidate.id === seriesId);
    const site = this.#room?.site;
    if (series !== undefined && site !== undefined) this.#openRoom(site, series);
  }

  get #room(): Room | null {
    const phase = this.phase.get();
    return phase.kind === 'ready' ? phase.room : null;
  }

  #openRoom(site: SiteInfo, series: SeriesInfo): void {
    const host = {
      nowMs: () => this.nowMs(),
      onFailure: (error: unknown) => this.#failed(error),
      onSuccess: () => this.#online(),
    };
    const view = decodeView(location.search);
    this.#room?.close();
    const room = new Room({ site, series, format: this.format, view, history: this.#history, host });
    this.phase.set({ kind: 'ready', room });
    for (const meter of this.meters.get()) this.#hearMeter(meter);
  }

  #listen(): void {
    if (this.#isLive) return;
    this.#isLive = true;
    openLive({
      onHello: (hello) => {
        clearTimeout(this.#lostTimer);
        this.#lostTimer = undefined;
        this.#offsetMs = hello.serverMs - Date.now();
        const wasOffline = this.offlineSinceMs.get() !== null;
        this.#online();
        if (wasOffline) this.#room?.invalidate();
        this.#readMeters();
      },
      onPoints: ({ series, points }) => {
        const room = this.#room;
        if (room === null) void this.start();
        else if (room.series.id === series) room.addLive(points);
        else if (!this.#isKnown(series)) this.readSeries();
      },
      onRewritten: ({ series, fromMs, toMs }) => {
        const room = this.#room;
        // An import may reach back before all that was known: then the page's whole extent is another.
        const isEarlier = room !== null && fromMs < (room.series.firstMs ?? 0);
        if (room === null || (room.series.id === series && isEarlier)) void this.start();
        else if (room.series.id === series) room.invalidate({ fromMs, toMs });
        else if (!this.#isKnown(series)) this.readSeries();
      },
      onHeard: ({ series, atMs }) => {
        const room = this.#room;
        if (room?.series.id === series) room.heard(atMs);
      },
      onMeter: (meter) => this.#putMeters([meter]),
      onFirmware: (run) => this.firmware.set(run),
      onReset: () => (this.#room === null ? void this.start() : this.#room.invalidate()),
      onLost: () => {
        // The browser tries again and again, and each time it fails says so: the first time counts.
        this.#lostTimer ??= setTimeout(() => this.#offline(), OFFLINE_GRACE_MS);
      },
    });
  }

  /** Frames that came before the page listened were told to nobody; one that came since is newer than the answer. */
  #readMeters(): void {
    const before = this.meters.get();
    const isAsBefore = ({ id }: MeterInfo): boolean =>
      this.meters.get().find((each) => each.id === id) === before.find((each) => each.id === id);
    api.meters().then(
      (meters) => this.#putMeters(meters.filter(isAsBefore)),
      (error: unknown) => this.#failed(error),
    );
  }

  #putMeters(told: readonly MeterInfo[]): void {
    const all = new Map([...this.meters.get(), ...told].map((meter) => [meter.id, meter]));
    this.meters.set([...all.values()].sort((a, b) => a.id.localeCompare(b.id)));
    for (const meter of told) this.#hearMeter(meter);
  }

  /** A meter that speaks for itself is heard with each frame, also while what its series hold does not change. */
  #hearMeter(meter: MeterInfo): void {
    const room = this.#room;
    if (room === null) return;
    const members = room.series.members ?? [room.series.id];
    const sources = this.list.get().filter(({ id }) => members.includes(id));
    if (sources.some(({ source }) => isOfMeter(source, meter.id))) room.heardMeter(meter);
  }

  #startFailed(error: unknown): void {
    if (!(error instanceof AppError)) throw error;
    const isRefused = error.code === 'web/refused';
    if (!isRefused) this.#offline();
    if (this.phase.get().kind !== 'ready') {
      const detail = String(error.details['detail'] ?? '');
      this.phase.set(isRefused ? { kind: 'failed', detail } : { kind: 'loading' });
    }
    this.#retryTimer = setTimeout(() => void this.start(), RETRY_MS);
  }

  #failed(error: unknown): void {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'web/unreachable') this.#offline();
    else this.problem.set(String(error.details['detail'] ?? error.message));
  }

  #offline(): void {
    if (this.offlineSinceMs.get() === null) this.offlineSinceMs.set(this.nowMs());
  }

  #online(): void {
    this.offlineSinceMs.set(null);
    this.problem.set(null);
  }

  #isKnown(series: number): boolean {
    return this.list.get().some(({ id }) => id === series);
  }

  /** Reads again what series there are: one may have come, or reach further. */
  readSeries(): void {
    api.series().then(
      (list) => this.list.set(nameSeries(list, this.format.strings)),
      (error: unknown) => this.#failed(error),
    );
  }
}

/** Series measured within this long of each other are all current, and the first of them is the house's own. */
const CURRENT_MS = 3_600_000;

/**
 * The series the address names, else the first that is current, and of those one that several sensors make, or that holds all of the
 * energy drawn; null when none was ever measured.
 */
function chooseSeries(list: readonly SeriesInfo[]): SeriesInfo | null {
  const measured = list.filter((series) => series.lastMs !== null);
  const wanted = Number(new URLSearchParams(location.search).get('series'));
  const latestMs = Math.max(...measured.map((series) => series.lastMs ?? 0));
  const isCurrent = (series: SeriesInfo): boolean => (series.lastMs ?? 0) > latestMs - CURRENT_MS;
  const sums = measured.filter((series) => series.kind === 'sum' && isCurrent(series));
  const joined = sums.find(({ members }) => members !== undefined);
  const whole = sums.find((series) => series.quantity === 'energy' && !isRegister(series));
  const current = joined ?? whole ?? sums[0] ?? measured.find(isCurrent);
  return measured.find((series) => series.id === wanted) ?? current ?? null;
}
