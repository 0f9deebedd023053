import type { CalibrationBody, CompareAnswer, ComparedPeriod, CorrectionInfo } from '@kilowink/api';
import { PERIODS_MAX } from '@kilowink/api';
import { DAY_MS } from '@kilowink/core/time';
import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { type Against, truth } from '../data/change.ts';
import { fill, toText } from '../i18n/format.ts';
import { tellProblem } from '../i18n/tell-problem.ts';
import { commonMs, periodFor, type References, referencesOf } from '../state/references.ts';
import type { Room } from '../state/room.ts';
import type { Session } from '../state/session.ts';
import { type Calibration, CalibrationPanel } from './calibration.tsx';
import { ComparedTable } from './compared-table.tsx';
import { driftText, shareText } from './drift-text.ts';
import { ProblemLine } from './problem.tsx';
import { SensorsDiffer } from './sensors-differ.tsx';
import { useSignal } from './use-signal.ts';

interface ComparisonProps {
  readonly session: Session;
  readonly room: Room;
  readonly corrections: readonly CorrectionInfo[];
  /** Counts up when readings or files came. */
  readonly changeCount: number;
  /** The series that a file was just taken into; null while there was none. */
  readonly taken: number | null;
  readonly onUndo: (ids: readonly number[]) => void;
}

/** Holds the series against readings of the display or another series, period by period, and puts it right. */
export function Comparison(props: ComparisonProps): JSX.Element {
  const { session, room, onUndo } = props;
  const { against, choose, references } = useAgainst(props);
  const { compared, problem } = useCompared(props, against);
  const { calibration, fault, ask, make, leave } = useCalibration(
    props,
    against === null ? null : { with: against.with, by: against.by ?? compared?.by ?? null },
    references,
  );
  const words = room.format.strings.enedis.compare;
  const isMeasurement = room.series.members !== undefined;
  const canCorrect = !room.site.readOnly && !isMeasurement;
  const isWrong = compared?.periods.some(({ offered }) => offered !== null) || compared?.whole?.offered;
  return (
    <section aria-labelledby="compare-title">
      <h3 id="compare-title">{words.title}</h3>
      <Choice
        against={against}
        by={against?.by ?? compared?.by ?? null}
        choose={choose}
        references={references}
        room={room}
        session={session}
      />
      <ProblemLine>{problem === '' ? fault : problem}</ProblemLine>
      {compared !== null && (
        <Compared
          compared={compared}
          room={room}
          hasFiles={references.imported.length > 0}
          onCorrect={canCorrect ? ask.one : null}
        />
      )}
      {compared !== null && <SensorsDiffer session={session} room={room} compared={compared} />}
      {calibration === null && canCorrect && isWrong && (compared?.periods.length ?? 0) > 1 && (
        <p class="dialog-buttons">
          <button type="button" class="button is-framed" onClick={() => ask.all()}>
            {words.calibrateAll}
          </button>
        </p>
      )}
      {calibration !== null && (
        <CalibrationPanel
          room={room}
          calibration={calibration}
          hasChoice={calibration.asked.from === undefined}
          onAsk={ask.again}
          onMake={make}
          onUndo={(ids) => {
            leave();
            onUndo(ids);
          }}
          onLeave={leave}
        />
      )}
    </section>
  );
}

/** What to hold against: what the reader chose, else a file that was just taken in, else readings where there are any. */
function useAgainst({ session, room, taken }: ComparisonProps): {
  against: Against | null;
  choose: (against: Partial<Against>) => void;
  references: References;
} {
  const list = useSignal(session.list);
  const references = referencesOf(list, room.series);
  const [chosen, setChosen] = useState<Partial<Against>>({});
  const [hasReadings, setReadings] = useState<boolean | null>(null);
  const { id } = room.series;
  useEffect(() => {
    truth.compare(id, { with: null, by: null }).then(
      ({ periods }) => setReadings(periods.length > 0),
      () => setReadings(true),
    );
  }, [id]);
  useEffect(() => {
    if (taken !== null) setChosen({ with: taken });
  }, [taken]);
  const known = [...references.imported, ...references.others];
  const usual = hasReadings === false ? (references.imported[0]?.id ?? null) : null;
  const wanted = chosen.with === undefined ? usual : chosen.with;
  const reference = known.find((each) => each.id === wanted);
  // Until the list has a file's series, and until it is known whether there are readings.
  const isOpen =
    (chosen.with === undefined && hasReadings === null) || (wanted !== null && reference === undefined);
  const usualBy = reference === undefined ? null : periodFor(commonMs(room.series, reference));
  return {
    against: isOpen ? null : { with: reference?.id ?? null, by: chosen.by ?? usualBy },
    // Of another reference other periods are readable.
    choose: (more) => setChosen(more.with === undefined ? { ...chosen, with: wanted, ...more } : more),
    references,
  };
}

function useCompared(
  { room, corrections, changeCount }: ComparisonProps,
  against: Against | null,
): { compared: CompareAnswer | null; problem: string } {
  const [compared, setCompared] = useState<CompareAnswer | null>(null);
  const [problem, setProblem] = useState('');
  const { id } = room.series;
  const reference = against?.with;
  const by = against?.by;
  // What was corrected or read of the display changes the answer.
  useEffect(() => {
    if (reference === undefined || by === undefined) return;
    let isWanted = true;
    truth.compare(id, { with: reference, by }).then(
      (answer) => {
        if (!isWanted) return;
        setCompared(answer);
        setProblem('');
      },
      (error: unknown) => isWanted && setProblem(tellProblem(error, room.format)),
    );
    return () => {
      isWanted = false;
    };
  }, [id, reference, by, corrections, changeCount]);
  return { compared, problem };
}

/** The calibration that is previewed or was made; asked for whole, for one period, or in another way. */
function useCalibration({ session, room }: ComparisonProps, against: Against | null, references: References) {
  const [calibration, setCalibration] = useState<Calibration | null>(null);
  const [fault, setFault] = useState('');
  const { id } = room.series;
  const reference = against?.with ?? null;
  const by = against?.by ?? 'reading';
  // What was told is of another comparison then.
  useEffect(() => setCalibration(null), [id, reference, by]);
  const run = (asked: CalibrationBody, isMade: boolean): void => {
    setFault('');
    session.admin
      .run(() => truth.calibrate(id, { ...asked, preview: !isMade }))
      .then(
        (answer) => {
          if (answer === null) return;
          setCalibration({ asked, answer, isMade });
          if (isMade) room.readCorrections();
        },
        (error: unknown) => setFault(tellProblem(error, room.format)),
      );
  };
  const name = [...references.imported, ...references.others].find((each) => each.id === reference)?.name;
  const { note } = room.format.strings.enedis.compare;
  const common: CalibrationBody = {
    by,
    ...(reference === null ? {} : { with: reference }),
    ...(name === undefined ? {} : { note: fill(note, { name }) }),
  };
  const one = ({ fromMs, toMs }: ComparedPeriod): void =>
    run({ ...common, each: true, from: String(fromMs), to: String(toMs) }, false);
  return {
    ...{ calibration, fault },
    ask: { one, all: () => run(common, false), again: (asked: CalibrationBody) => run(asked, false) },
    make: () => calibration !== null && run(calibration.asked, true),
    leave: useCallback(() => setCalibration(null), []),
  };
}

const CALENDAR = ['day', 'week', 'month'] as const;

function Choice(props: {
  against: Against | null;
  /** By what it is compared; null while that is not known. */
  by: Against['by'];
  choose: (against: Partial<Against>) => void;
  references: References;
  room: Room;
  session: Session;
}): JSX.Element | null {
  const { against, by: comparedBy, choose, references, room } = props;
  const words = room.format.strings.enedis.compare;
  const { imported, others } = references;
  const known = [...imported, ...others];
  // A few readings are compared one by one; a meter's own are too many.
  const hasPeriods = comparedBy !== null && comparedBy !== 'reading';
  if (known.length === 0 && !hasPeriods) return null;
  const reference = known.find(({ id }) => id === against?.with);
  const dayCount = reference === undefined ? 0 : commonMs(room.series, reference) / DAY_MS;
  return (
    <div class="form-row">
      <label>
        {words.against}
        <select
          value={against?.with ?? ''}
          onChange={({ currentTarget: { value } }) => choose({ with: value === '' ? null : Number(value) })}
        >
          <option value="">{words.readings}</option>
          <Group label={words.imported} of={imported} />
          <Group label={words.others} of={others} />
        </select>
      </label>
      {hasPeriods && (
        <fieldset class="presets">
          <legend class="hidden">{words.by}</legend>
          {CALENDAR.map((by) => (
            <button
              key={by}
              type="button"
              class="button"
              aria-pressed={comparedBy === by}
              disabled={by === 'day' && dayCount > PERIODS_MAX}
              onClick={() => choose({ by })}
            >
              {words.periods[by]}
            </button>
          ))}
        </fieldset>
      )}
    </div>
  );
}

function Group({ label, of }: { label: string; of: References['imported'] }): JSX.Element | null {
  if (of.length === 0) return null;
  return (
    <optgroup label={label}>
      {of.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </optgroup>
  );
}

function Compared(props: {
  compared: CompareAnswer;
  room: Room;
  hasFiles: boolean;
  onCorrect: ((period: ComparedPeriod) => void) | null;
}): JSX.Element {
  const { compared, room, hasFiles, onCorrect } = props;
  const { truth: words, enedis } = room.format.strings;
  const { periods, by } = compared;
  if (periods.length > 0) {
    return (
      <>
        {periods.length > 1 && <Summary compared={compared} room={room} />}
        <ComparedTable room={room} compared={compared} onCorrect={onCorrect} />
      </>
    );
  }
  if (by === 'reading') return <p class="soft">{hasFiles ? words.noReadings : enedis.compare.lead}</p>;
  return <p class="soft">{by === 'day' ? enedis.compare.none : enedis.compare.noneBy}</p>;
}

/** What the whole table says, in one sentence. */
function Summary({ compared, room }: { compared: CompareAnswer; room: Room }): JSX.Element | null {
  const { periods, whole } = compared;
  const { format } = room;
  const words = format.strings.enedis.compare;
  if (whole === null) return null;
  const agreeing = periods.filter(({ verdict }) => verdict === 'agrees').length;
  const isAll = agreeing === periods.length && agreeing > 1;
  const counts = { count: format.count(agreeing), all: format.count(periods.length) };
  const told = {
    drift: driftText(whole.driftWh, format),
    share: shareText(whole, format),
    reference: toText(format.energy(whole.referenceWh)),
  };
  return (
    <p role="status">
      {fill(words.summary, told)} {fill(isAll ? words.allAgree : words.agreeing, counts)}
    </p>
  );
}
