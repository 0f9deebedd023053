import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Curve } from '../chart/curve.ts';
import { summarize } from '../chart/dataset.ts';
import { savePicture } from '../chart/export-png.ts';
import { fill, toText } from '../i18n/format.ts';
import type { Room, Shown } from '../state/room.ts';
import { isFollowing } from '../state/view.ts';
import { Controls } from './controls.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { Legend } from './legend.tsx';
import { useSignal } from './use-signal.ts';

/** Controls, curve and minimap. The curve draws itself; this only sets the stage and says in words what is on it. */
export function CurveFigure({ room }: { room: Room }): JSX.Element {
  const chartRef = useRef<HTMLDivElement>(null);
  const minimapRef = useRef<HTMLElement>(null);
  const curveRef = useRef<Curve | null>(null);
  const [spoken, setSpoken] = useState('');
  const [isHelpOpen, setHelpOpen] = useState(false);
  const { strings } = room.format;
  useEffect(() => {
    const [chart, minimap] = [chartRef.current, minimapRef.current];
    if (chart === null || minimap === null) return;
    const curve = new Curve(room, { chart, minimap, speak: setSpoken, showHelp: () => setHelpOpen(true) });
    curveRef.current = curve;
    return () => curve.destroy();
  }, [room]);
  const save = (): void => {
    const curve = curveRef.current;
    if (curve !== null) savePicture(room, curve.canvas, curve.palette);
  };
  return (
    <>
      <Controls room={room} onSave={save} onHelp={() => setHelpOpen(true)} />
      <figure class="curve" aria-labelledby="curve-summary">
        <div class="stage">
          <div
            ref={chartRef}
            class="chart"
            role="application"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the focus, and has its own keys.
            tabIndex={0}
            aria-label={strings.chartLabel}
            aria-describedby="curve-keys"
          />
          <LiveChip room={room} />
        </div>
        <section ref={minimapRef} class="minimap" aria-label={strings.minimap} />
        <figcaption>
          <Legend room={room} />
          <Summary room={room} />
          <p id="curve-keys" class="hidden">
            {strings.chartKeys}
          </p>
        </figcaption>
      </figure>
      <p class="hidden" aria-live="polite">
        {spoken}
      </p>
      {isHelpOpen && <HelpDialog strings={strings} onClose={() => setHelpOpen(false)} />}
    </>
  );
}

function LiveChip({ room }: { room: Room }): JSX.Element | null {
  const view = useSignal(room.model.view);
  const [isLive, setLive] = useState(room.model.isLive);
  useEffect(() => {
    setLive(room.model.isLive);
    return room.model.range.subscribe(() => setLive(room.model.isLive));
  }, [room, view]);
  if (isLive && isFollowing(view)) return null;
  return (
    <button type="button" class="chip" onClick={() => room.model.resumeLive()}>
      <span class="chip-dot" aria-hidden="true" />
      {room.format.strings.liveChip}
    </button>
  );
}

function Summary({ room }: { room: Room }): JSX.Element {
  const shown = useSignal(room.shown);
  return (
    <p id="curve-summary" class="label summary">
      {summaryText(room, shown)}
    </p>
  );
}

function summaryText(room: Room, { range, dataset }: Shown): string {
  const { format } = room;
  const ends = { from: format.instant(range.fromMs), to: format.instant(range.toMs) };
  const fromMs = Math.max(range.fromMs, room.measurable.fromMs);
  const toMs = Math.min(range.toMs, room.measurable.toMs);
  const summary = dataset === null || fromMs >= toMs ? null : summarize(dataset, fromMs, toMs);
  if (summary === null) return fill(format.strings.summaryNone, ends);
  return fill(room.isGauge ? format.strings.gaugeSummary : format.strings.summary, {
    ...ends,
    energy: toText(format.energy(summary.energyWh)),
    mean: toText(format.power(summary.meanW)),
    least: toText(format.power(summary.minW)),
    most: toText(format.power(summary.maxW)),
    coverage: format.percent(summary.coverage),
  });
}
