import type { CalibrationAnswer, CalibrationBody } from '@kilowink/api';
import type { JSX } from 'preact';
import { fill, toText } from '../i18n/format.ts';
import type { Room } from '../state/room.ts';
import { correctionText } from './correction-list.tsx';
import { ScrollTable } from './scroll-table.tsx';

/** A calibration that is previewed, or was made. */
export interface Calibration {
  readonly asked: CalibrationBody;
  readonly answer: CalibrationAnswer;
  readonly isMade: boolean;
}

interface CalibrationPanelProps {
  readonly room: Room;
  readonly calibration: Calibration;
  /** Whether the reader may choose between stretches and each period by itself. */
  readonly hasChoice: boolean;
  readonly onAsk: (body: CalibrationBody) => void;
  readonly onMake: () => void;
  readonly onUndo: (ids: readonly number[]) => void;
  readonly onLeave: () => void;
}

/** What would be corrected, then that it was, and how to undo it. */
export function CalibrationPanel(props: CalibrationPanelProps): JSX.Element {
  const { room, calibration, hasChoice, onAsk, onMake, onLeave } = props;
  const { format } = room;
  const words = format.strings.enedis.compare;
  const { corrections } = calibration.answer;
  if (calibration.isMade) return <Made {...props} />;
  const isOne = corrections.length === 1;
  const count = format.count(corrections.length);
  const lead = isOne ? words.planOne : fill(words.plan, { count });
  return (
    <div class="plan">
      <p role="status">{corrections.length === 0 ? words.nothing : lead}</p>
      {hasChoice && (
        <p class="choices">
          <label>
            <input
              type="checkbox"
              checked={calibration.asked.each === true}
              onChange={(event) => onAsk({ ...calibration.asked, each: event.currentTarget.checked })}
            />
            {words.planEach}
          </label>
        </p>
      )}
      {corrections.length > 0 && <Stretches room={room} corrections={corrections} />}
      <p class="dialog-buttons">
        {corrections.length > 0 && (
          <button type="button" class="button is-main" onClick={onMake}>
            {isOne ? words.makeOne : fill(words.make, { count })}
          </button>
        )}
        <button type="button" class="button is-framed" onClick={onLeave}>
          {format.strings.enedis.file.leave}
        </button>
      </p>
    </div>
  );
}

function Made({ room, calibration, onUndo }: CalibrationPanelProps): JSX.Element {
  const words = room.format.strings.enedis.compare;
  const ids = calibration.answer.corrections.flatMap(({ correction }) => correction?.id ?? []);
  const count = room.format.count(ids.length);
  return (
    <p class="plan admin-line" role="status">
      <span>{ids.length === 1 ? words.madeOne : fill(words.made, { count })}</span>
      <button type="button" class="button is-framed" onClick={() => onUndo(ids)}>
        {ids.length === 1 ? words.undoMadeOne : fill(words.undoMade, { count })}
      </button>
    </p>
  );
}

function Stretches(props: { room: Room; corrections: CalibrationAnswer['corrections'] }): JSX.Element {
  const { room, corrections } = props;
  const { format } = room;
  const { truth: words, enedis } = format.strings;
  const energy = (energyWh: number) => toText(format.energy(energyWh));
  return (
    <ScrollTable label={words.corrections}>
      <thead>
        <tr>
          <th scope="col">{words.stretch}</th>
          <th scope="col" class="in-words">
            {words.verdict}
          </th>
          <th scope="col" class="in-words">
            {words.correction}
          </th>
          <th scope="col">{words.measured}</th>
        </tr>
      </thead>
      <tbody>
        {corrections.map(({ period, fromMs, toMs, before, after }) => (
          <tr key={fromMs}>
            <th scope="row" class="wraps">
              {format.fromTo({ fromMs, toMs })}
            </th>
            <td class="in-words">{words.verdicts[period.verdict]}</td>
            <td class="in-words">{period.offered === null ? '' : correctionText(period.offered, room)}</td>
            <td>
              {fill(enedis.compare.becomes, {
                before: energy(before.energyWh),
                after: energy(after.energyWh),
              })}
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
