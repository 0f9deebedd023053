import type { CorrectionBody, CorrectionInfo, StandingLoadAnswer } from '@kilowink/api';
import { MINUTE_MS } from '@kilowink/core/time';
import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { truth } from '../data/change.ts';
import { type Format, fill, toText } from '../i18n/format.ts';
import { tellProblem } from '../i18n/tell-problem.ts';
import { FileImport } from '../state/file-import.ts';
import { isRegister } from '../state/references.ts';
import type { Room } from '../state/room.ts';
import type { Session } from '../state/session.ts';
import { Comparison } from './comparison.tsx';
import { CorrectionForm } from './correction-form.tsx';
import { CorrectionList } from './correction-list.tsx';
import { FileForm } from './file-form.tsx';
import { ProblemLine } from './problem.tsx';
import { ReadingForm } from './reading-form.tsx';
import { ReadingList } from './reading-list.tsx';
import { useDrop } from './use-drop.ts';
import { useClock, useSignal } from './use-signal.ts';

/**
 * The folded card that holds measurements against the meter: readings, files, what differs, and corrections. A file that is dropped
 * anywhere on the page opens it.
 */
export function TruthCard({ session, room }: { session: Session; room: Room }): JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  const [files] = useState(() => new FileImport(session.admin));
  const { isOver, ref } = useDrop((dropped) => {
    setOpen(true);
    if (!room.site.readOnly) void files.choose(dropped);
  });
  const { strings } = room.format;
  if (room.isGauge) return null;
  return (
    <>
      <details ref={ref} class="card" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <h2>{strings.truth.title}</h2>
        </summary>
        {isOpen && <Truth session={session} room={room} files={files} />}
      </details>
      {isOver && <div class="drop-here" aria-hidden="true" />}
    </>
  );
}

function Truth({ session, room, files }: { session: Session; room: Room; files: FileImport }): JSX.Element {
  const corrections = useSignal(room.corrections);
  const [problem, setProblem] = useState('');
  // Counts up with all that a comparison may follow.
  const [changeCount, setChangeCount] = useState(0);
  const countUp = useCallback(() => setChangeCount((count) => count + 1), []);
  const taken = useTaken(session, room, { files, onTaken: countUp });
  const series = room.series.id;
  const isReadOnly = room.site.readOnly;
  const isMeasurement = room.series.members !== undefined;
  /** Resolves to whether it was done; null where the reader would rather not log in. */
  const act = (work: () => Promise<unknown>): Promise<boolean | null> => {
    setProblem('');
    return session.admin.run(work).then(
      (done) => {
        room.readCorrections();
        countUp();
        return done === null ? null : true;
      },
      (error: unknown) => {
        setProblem(tellProblem(error, room.format));
        return false;
      },
    );
  };
  const undo = (ids: readonly number[]): void =>
    void act(async () => {
      for (const id of ids) await truth.undo(series, id);
    });
  return (
    <>
      <ProblemLine>{problem}</ProblemLine>
      <Standing room={room} corrections={corrections} />
      {!isReadOnly && <ReadingForm room={room} onAdd={(body) => act(() => truth.addReading(series, body))} />}
      <ReadingList
        room={room}
        changeCount={changeCount}
        onRemove={isReadOnly ? null : ({ atMs }) => void act(() => truth.removeReading(series, atMs))}
      />
      <FileForm session={session} files={files} isReadOnly={isReadOnly} />
      <Comparison
        session={session}
        room={room}
        corrections={corrections}
        changeCount={changeCount}
        taken={taken}
        onUndo={undo}
      />
      <section aria-labelledby="corrections-title">
        <h3 id="corrections-title">{room.format.strings.truth.corrections}</h3>
        {isMeasurement && <p class="soft">{room.format.strings.enedis.compare.measurement}</p>}
        {!isReadOnly && !isMeasurement && (
          <CorrectionForm
            session={session}
            room={room}
            onCorrect={(body: CorrectionBody) => void act(() => truth.correct(series, body))}
          />
        )}
        <CorrectionList room={room} corrections={corrections} onUndo={isReadOnly ? null : undo} />
      </section>
    </>
  );
}

/** The series that a file was just taken into, once there is one; it is in the list then. */
function useTaken(
  session: Session,
  room: Room,
  { files, onTaken }: { files: FileImport; onTaken: () => void },
): number | null {
  const { phase, entries } = useSignal(files.state);
  const [taken, setTaken] = useState<number | null>(null);
  useEffect(() => {
    if (phase !== 'taken') return;
    const series = entries.flatMap(({ answer }) => answer?.parts.flatMap((part) => part.series) ?? []);
    const found = series.find((each) => each.quantity === room.series.quantity && !isRegister(each));
    session.readSeries();
    setTaken(found?.id ?? null);
    onTaken();
  }, [phase, entries, session, room, onTaken]);
  return taken;
}

/** What the house draws when nobody does anything, yesterday: of another day after midnight, and as corrections leave it. */
function Standing({
  room,
  corrections,
}: {
  room: Room;
  corrections: readonly CorrectionInfo[];
}): JSX.Element | null {
  const [text, setText] = useState('');
  const readToday = useCallback(() => room.format.zone.dayStart(room.nowMs()), [room]);
  const todayMs = useClock(readToday, MINUTE_MS);
  useEffect(() => {
    let isWanted = true;
    const yesterdayMs = room.format.zone.dayStart(todayMs, -1);
    truth.standingLoad({ series: room.series.id, fromMs: yesterdayMs, toMs: todayMs }).then(
      ({ days }) => isWanted && setText(standingText(days.at(-1), room.format)),
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [room, todayMs, corrections]);
  return text === '' ? null : <p>{text}</p>;
}

function standingText(day: StandingLoadAnswer['days'][number] | undefined, format: Format): string {
  if (day === undefined || day.powerW === null) return '';
  const uncertainty = toText(format.power(day.uncertaintyW ?? 0));
  const load = toText(format.power(day.powerW));
  const time = day.quietestMs === null ? '' : format.clock(day.quietestMs, false);
  return fill(format.strings.truth.standing, { load, uncertainty, time });
}
