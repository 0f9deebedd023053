import type { JSX } from 'preact';
import { useCallback } from 'preact/hooks';
import { fill } from '../i18n/format.ts';
import type { Heading, Room } from '../state/room.ts';
import type { Session } from '../state/session.ts';
import { SeriesPicker } from './series-picker.tsx';
import { useClock, useSignal } from './use-signal.ts';

/** Power now with its age, energy today, and which sensor it is. */
export function Header({ session, room }: { session: Session; room: Room }): JSX.Element {
  const heading = useSignal(room.heading);
  const readNow = useCallback(() => room.nowMs(), [room]);
  const nowMs = useClock(readNow, 1_000);
  const { format } = room;
  const { strings } = format;
  const isLate = nowMs - latestMs(heading) > room.staleMs;
  const isStale = isLate && !room.isAwaited;
  const power = heading.power === null ? null : format.power(heading.power.powerW);
  const today = heading.todayWh === null ? null : format.energy(heading.todayWh);
  return (
    <header class="head">
      <div class={isStale ? 'now is-stale' : 'now'}>
        <p class="label">{strings.now}</p>
        <p class="number" title={overText(heading, room)}>
          {power?.value ?? '–'}
          <span class="unit">{`\u202f${power?.unit ?? format.power(0).unit}`}</span>
        </p>
        <p class="label">
          {isLate && <span class="word">{isStale ? strings.stale : strings.awaited}</span>}
          {ageText(heading, room, nowMs)}
        </p>
      </div>
      {!room.isGauge && (
        <div class="today">
          <p class="label">{strings.today}</p>
          <p class="strong">
            {today?.value ?? '–'}
            <span class="unit">{`\u202f${today?.unit ?? 'kWh'}`}</span>
          </p>
        </div>
      )}
      <SitePart session={session} room={room} />
    </header>
  );
}

function SitePart({ session, room }: { session: Session; room: Room }): JSX.Element {
  const list = useSignal(session.list);
  const { strings } = room.format;
  const marks = [room.site.demo ? strings.demo : '', room.site.readOnly ? strings.readOnly : ''];
  return (
    <div class="site">
      <h1>{room.site.name}</h1>
      {list.length > 1 ? (
        <SeriesPicker session={session} room={room} list={list} />
      ) : (
        <p class="label">{room.series.name}</p>
      )}
      {marks.filter(Boolean).length > 0 && <p class="label">{marks.filter(Boolean).join(' · ')}</p>}
    </div>
  );
}

/** When the source was last known to live. */
function latestMs(heading: Heading): number {
  return Math.max(heading.lastReportMs ?? 0, heading.lastMs ?? 0);
}

function ageText(heading: Heading, room: Room, nowMs: number): string {
  const { strings, ago } = room.format;
  if (heading.lastReportMs !== null) return fill(strings.lastReport, { ago: ago(nowMs - latestMs(heading)) });
  if (heading.lastMs === null) return strings.noReportYet;
  return fill(strings.lastMeasure, { ago: ago(nowMs - heading.lastMs) });
}

function overText(heading: Heading, room: Room): string {
  if (heading.power === null) return '';
  return fill(room.format.strings.meanOver, { span: room.format.span(heading.power.overMs) });
}
