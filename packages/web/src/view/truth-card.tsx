import type { CompareAnswer, ComparedPeriod, CorrectionBody, CorrectionInfo } from '@kilowink/api';
import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { problemOf, truth } from '../data/change.ts';
import { fill, toText } from '../i18n/format.ts';
import type { Room } from '../state/room.ts';
import type { Session } from '../state/session.ts';
import { CorrectionForm } from './correction-form.tsx';
import { ReadingForm } from './reading-form.tsx';
import { ScrollTable } from './scroll-table.tsx';
import { Sign } from './sign.tsx';
import { useSignal } from './use-signal.ts';

/** The folded card that holds measurements against the meter: readings, what differs, and corrections. */
export function TruthCard({ session, room }: { session: Session; room: Room }): JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  if (room.isGauge) return null;
  return (
    <details class="card" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{room.format.strings.truth.title}</summary>
      {isOpen && <Truth session={session} room={room} />}
    </details>
  );
}

function Truth({ session, room }: { session: Session; room: Room }): JSX.Element {
  const corrections = useSignal(room.corrections);
  const [compared, setCompared] = useState<CompareAnswer | null>(null);
  const [problem, setProblem] = useState('');
  const series = room.series.id;
  const read = useCallback(() => {
    truth.compare(series).then(setCompared, (error: unknown) => setProblem(problemOf(error)));
  }, [series]);
  useEffect(read, [read, corrections]);
  const act = (work: () => Promise<unknown>): void => {
    setProblem('');
    session.admin.run(work).then(
      () => {
        room.readCorrections();
        read();
      },
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  const correct = (body: CorrectionBody): void => act(() => truth.correct(series, body));
  return (
    <>
      <div role="alert">
        {problem !== '' && (
          <p class="fault">
            <Sign /> {problem}
          </p>
        )}
      </div>
      <Standing room={room} />
      <ReadingForm room={room} onAdd={(body) => act(() => truth.addReading(series, body))} />
      {compared !== null && <Periods room={room} compared={compared} onCorrect={correct} />}
      <CorrectionForm session={session} room={room} onCorrect={correct} />
      <Corrections room={room} corrections={corrections} onUndo={(id) => act(() => truth.undo(series, id))} />
    </>
  );
}

/** What the house draws when nobody does anything, yesterday. */
function Standing({ room }: { room: Room }): JSX.Element | null {
  const [text, setText] = useState('');
  useEffect(() => {
    const todayMs = room.format.zone.dayStart(room.nowMs());
    const yesterdayMs = room.format.zone.dayStart(todayMs - 3_600_000);
    truth.standingLoad({ series: room.series.id, fromMs: yesterdayMs, toMs: todayMs }).then(
      ({ days }) => {
        const day = days.at(-1);
        if (day === undefined || day.powerW === null) return;
        const uncertainty = toText(room.format.power(day.uncertaintyW ?? 0));
        const load = toText(room.format.power(day.powerW));
        const time = day.quietestMs === null ? '' : room.format.clock(day.quietestMs, false);
        setText(fill(room.format.strings.truth.standing, { load, uncertainty, time }));
      },
      () => undefined,
    );
  }, [room]);
  return text === '' ? null : <p>{text}</p>;
}

function Periods(props: {
  room: Room;
  compared: CompareAnswer;
  onCorrect: (body: CorrectionBody) => void;
}): JSX.Element {
  const { room, compared, onCorrect } = props;
  const words = room.format.strings.truth;
  if (compared.periods.length === 0) return <p class="soft">{words.noReadings}</p>;
  const rows = [
    ...compared.periods,
    ...(compared.periods.length > 1 && compared.whole ? [compared.whole] : []),
  ];
  return (
    <ScrollTable label={words.compared}>
      <thead>
        <tr>
          <th scope="col">{words.period}</th>
          <th scope="col">{words.meter}</th>
          <th scope="col">{words.measured}</th>
          <th scope="col">{words.drift}</th>
          <th scope="col">{words.verdict}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((period) => (
          <Period key={`${period.fromMs}/${period.toMs}`} period={period} room={room} onCorrect={onCorrect} />
        ))}
      </tbody>
    </ScrollTable>
  );
}

function Period(props: {
  period: ComparedPeriod;
  room: Room;
  onCorrect: (body: CorrectionBody) => void;
}): JSX.Element {
  const { period, room, onCorrect } = props;
  const { format } = room;
  const words = format.strings.truth;
  const { offered } = period;
  const share = period.driftShare === null ? '' : ` (${format.percent(Math.abs(period.driftShare))})`;
  const sign = period.driftWh < 0 ? '−' : '+';
  return (
    <tr>
      <th scope="row">{`${format.instant(period.fromMs)} – ${format.instant(period.toMs)}`}</th>
      <td>{toText(format.energy(period.referenceWh))}</td>
      <td>{toText(format.energy(period.measuredWh))}</td>
      <td>{`${sign}${toText(format.energy(Math.abs(period.driftWh)))}${share}`}</td>
      <td>
        {words.verdicts[period.verdict]}{' '}
        {offered !== null && (
          <button type="button" class="button is-framed" onClick={() => onCorrect(offered)}>
            {offered.kind === 'scale' ? words.calibrate : words.settle}
          </button>
        )}
      </td>
    </tr>
  );
}

function Corrections(props: {
  room: Room;
  corrections: readonly CorrectionInfo[];
  onUndo: (id: number) => void;
}): JSX.Element | null {
  const { room, corrections, onUndo } = props;
  const { format } = room;
  const words = format.strings.truth;
  if (corrections.length === 0) return null;
  return (
    <ScrollTable label={words.corrections}>
      <thead>
        <tr>
          <th scope="col">{words.stretch}</th>
          <th scope="col">{words.correction}</th>
          <th scope="col">{words.note}</th>
          <th scope="col">{words.state}</th>
        </tr>
      </thead>
      <tbody>
        {corrections.map((correction) => (
          <tr key={correction.id} class={correction.undoneMs === null ? '' : 'soft'}>
            <th scope="row">{`${format.instant(correction.fromMs)} – ${format.instant(correction.toMs)}`}</th>
            <td>{correctionText(correction, room)}</td>
            <td>{correction.origin === 'bound' ? words.byBound : correction.note}</td>
            <td>
              {correction.undoneMs === null ? (
                <button type="button" class="button is-framed" onClick={() => onUndo(correction.id)}>
                  {words.undo}
                </button>
              ) : (
                words.undone
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function correctionText({ kind, factor, energyWh, into }: CorrectionInfo, { format }: Room): string {
  const words = format.strings.truth;
  if (kind === 'bad') return words.kinds.bad;
  if (kind === 'scale') return fill(words.scaled, { factor: (factor ?? 1).toLocaleString(format.locale) });
  const energy = toText(format.energy(energyWh ?? 0));
  return `${fill(words.holds, { energy })} · ${words.intos[into ?? 'shape']}`;
}
