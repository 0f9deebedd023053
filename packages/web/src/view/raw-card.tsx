import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { drawWindows } from '../chart/draw-windows.ts';
import { readPalette, watchPalette } from '../chart/palette.ts';
import { spanOf } from '../chart/zoom.ts';
import { api } from '../data/api.ts';
import { type RawWindows, rawWindowsOf } from '../data/columns.ts';
import { fill } from '../i18n/format.ts';
import type { Room } from '../state/room.ts';
import { HealthTable } from './health-table.tsx';
import { useHealth } from './use-health.ts';
import { useSignal } from './use-signal.ts';

/** As much as a wide screen can still tell apart. */
const SPAN_MS_MAX = 3 * 3_600_000;
const MEASURES_MAX = 5_000;

/** The folded card: every single measurement with the reports that carried it, and how the sensors are. */
export function RawCard({ room }: { room: Room }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="card" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h2>{room.format.strings.raw.title}</h2>
      </summary>
      {isOpen && (
        <>
          <Measures room={room} />
          <Health room={room} />
        </>
      )}
    </details>
  );
}

interface Measured extends RawWindows {
  readonly isTruncated: boolean;
}

function Measures({ room }: { room: Room }): JSX.Element {
  const { range } = useSignal(room.shown);
  const arrivals = useSignal(room.arrivals);
  const [measured, setMeasured] = useState<Measured | null>(null);
  const isShort = spanOf(range) <= SPAN_MS_MAX;
  const { fromMs, toMs } = range;
  // An arrival of data makes the answer stale, so that it is asked for again.
  useEffect(() => {
    if (!isShort) return;
    const controller = new AbortController();
    const question = { series: room.series.id, fromMs, toMs, limit: MEASURES_MAX, signal: controller.signal };
    api.windows(question).then(
      (answer) => setMeasured({ ...rawWindowsOf(answer), isTruncated: answer.truncated }),
      () => undefined,
    );
    return () => controller.abort();
  }, [room, isShort, fromMs, toMs, arrivals]);
  const { raw } = room.format.strings;
  if (!isShort) {
    const zoomIn = (): void => {
      const middleMs = (fromMs + Math.min(toMs, room.extent.toMs)) / 2;
      room.model.go({ kind: 'range', fromMs: middleMs - SPAN_MS_MAX / 4, toMs: middleMs + SPAN_MS_MAX / 4 });
    };
    return (
      <p>
        {fill(raw.tooWide, { span: room.format.span(SPAN_MS_MAX) })}{' '}
        <button type="button" class="button is-framed" onClick={zoomIn}>
          {raw.zoomIn}
        </button>
      </p>
    );
  }
  if (measured === null) return <p class="soft">{room.format.strings.loading}</p>;
  return <MeasuresPlot room={room} measured={measured} />;
}

function MeasuresPlot({ room, measured }: { room: Room; measured: Measured }): JSX.Element {
  const ref = useRef<HTMLCanvasElement>(null);
  const { range } = useSignal(room.shown);
  const { windows, isLeftOut, isTruncated } = measured;
  const { format } = room;
  const { raw } = format.strings;
  const sum = (column: Float64Array): number => column.reduce((total, value) => total + value, 0);
  const reportCount = room.isGauge ? 0 : sum(windows.reports);
  const hasReports = reportCount > 0;
  useEffect(() => {
    const canvas = ref.current;
    if (canvas === null) return;
    const values = room.isGauge ? windows.powerW : windows.energyWh;
    const scene = { windows, values, hasReports, isLeftOut, range, format };
    const draw = (): void => drawWindows(canvas, { ...scene, palette: readPalette() });
    const resize = new ResizeObserver(draw);
    resize.observe(canvas);
    const unwatch = watchPalette(draw);
    draw();
    return () => {
      resize.disconnect();
      unwatch();
    };
  }, [room, windows, hasReports, isLeftOut, range, format]);
  const count = windows.starts.length;
  const leftOutCount = isLeftOut?.filter(Boolean).length ?? 0;
  const numbers = {
    count: format.count(count),
    reports: format.count(reportCount),
    disagreements: format.count(sum(windows.disagreements)),
  };
  return (
    <>
      <p>
        {count === 0 ? raw.none : fill(hasReports ? raw.summary : raw.summaryAlone, numbers)}
        {leftOutCount > 0 && ` ${fill(raw.leftOut, { count: format.count(leftOutCount) })}`}
        {isTruncated && ` ${fill(raw.truncated, numbers)}`}
      </p>
      <canvas
        ref={ref}
        class="measures"
        role="img"
        aria-label={hasReports ? raw.chartLabel : raw.valuesLabel}
      />
      <ul class="legend label">
        <LegendMark
          className="mark-dot"
          text={fill(raw.values, { unit: room.isGauge ? room.series.unit : 'Wh' })}
        />
        {hasReports && <LegendMark className="mark-report" text={raw.reports} />}
        {hasReports && <LegendMark className="mark-ring" text={raw.disagreement} />}
        {leftOutCount > 0 && <LegendMark className="mark-left-out" text={raw.leftOutMark} />}
      </ul>
    </>
  );
}

function LegendMark({ className, text }: { className: string; text: string }): JSX.Element {
  return (
    <li>
      <svg class="mark" viewBox="0 0 18 12" aria-hidden="true">
        <circle class={className} cx="9" cy="6" r="3.5" />
      </svg>
      {text}
    </li>
  );
}

function Health({ room }: { room: Room }): JSX.Element | null {
  const health = useHealth();
  if (health === null) return null;
  if (health === 'failed') return <p class="soft">{room.format.strings.health.failed}</p>;
  return <HealthTable health={health} format={room.format} />;
}
