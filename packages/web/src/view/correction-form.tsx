import type { CorrectionAnswer, CorrectionBody } from '@kilowink/api';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { truth } from '../data/change.ts';
import { fill, toText } from '../i18n/format.ts';
import { tellProblem } from '../i18n/tell-problem.ts';
import type { Room } from '../state/room.ts';
import type { Session } from '../state/session.ts';
import { useSignal } from './use-signal.ts';

/** What a correction would do, or why that can not be told; with what was asked, which a view that follows leaves behind. */
interface Previewed {
  readonly body: CorrectionBody;
  readonly told: CorrectionAnswer | string;
}

type Choice = 'bad' | 'shape' | 'gaps' | 'flat' | 'scale';

const CHOICES: readonly Choice[] = ['bad', 'gaps', 'shape', 'flat', 'scale'];

/** Corrects the stretch that the curve shows: first it says what that would do, then it is done. */
export function CorrectionForm(props: {
  session: Session;
  room: Room;
  onCorrect: (body: CorrectionBody) => void;
}): JSX.Element {
  const { session, room, onCorrect } = props;
  const { range } = useSignal(room.shown);
  const view = useSignal(room.model.view);
  const [choice, setChoice] = useState<Choice>('bad');
  const [amount, setAmount] = useState('');
  const [note, setNote] = useState('');
  const [preview, setPreview] = useState<Previewed | null>(null);
  const words = room.format.strings.truth;
  const { fromMs } = range;
  // A day is shown to its end, but what is to come can not be corrected.
  const toMs = Math.min(range.toMs, room.extent.toMs);
  // What was told is of another stretch then. A view that only follows the present leaves time to read it.
  useEffect(() => setPreview(null), [view, choice, amount]);
  const body: CorrectionBody = {
    from: Math.round(fromMs),
    to: Math.round(toMs),
    ...what(choice, amount),
    note,
  };
  const look = (event: Event): void => {
    event.preventDefault();
    session.admin
      .run(() => truth.correct(room.series.id, { ...body, preview: true }))
      .then(
        (told) => setPreview(told && { body, told }),
        (error: unknown) => setPreview({ body, told: tellProblem(error, room.format) }),
      );
  };
  const apply = (previewed: Previewed): void => {
    setPreview(null);
    onCorrect({ ...previewed.body, note });
  };
  return (
    <form class="form-row" onSubmit={look}>
      <p class="form-lead">
        {fill(words.correctShown, { from: room.format.instant(fromMs), to: room.format.instant(toMs) })}
      </p>
      <label>
        {words.correction}
        <select value={choice} onChange={(event) => setChoice(event.currentTarget.value as Choice)}>
          {CHOICES.map((each) => (
            <option key={each} value={each}>
              {words.kinds[each]}
            </option>
          ))}
        </select>
      </label>
      {choice !== 'bad' && (
        <label>
          {choice === 'scale' ? words.factor : words.energyKwh}
          <input
            type="text"
            inputMode="decimal"
            required
            pattern="[0-9]+([.,][0-9]+)?"
            value={amount}
            onInput={(event) => setAmount(event.currentTarget.value)}
          />
        </label>
      )}
      <label>
        {words.note}
        <input
          type="text"
          maxLength={500}
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button is-framed">
        {words.preview}
      </button>
      {preview !== null && <Preview preview={preview} room={room} onApply={() => apply(preview)} />}
    </form>
  );
}

function what(choice: Choice, amount: string): Pick<CorrectionBody, 'kind' | 'factor' | 'energyWh' | 'into'> {
  const value = Number(amount.replace(',', '.'));
  if (choice === 'bad') return { kind: 'bad' };
  if (choice === 'scale') return { kind: 'scale', factor: value };
  return { kind: 'total', energyWh: Math.round(value * 1_000), into: choice };
}

function Preview(props: { preview: Previewed; room: Room; onApply: () => void }): JSX.Element {
  const { preview, room, onApply } = props;
  const { told } = preview;
  const { format } = room;
  const words = format.strings.truth;
  if (typeof told === 'string') {
    return (
      <p class="fault form-lead" role="alert">
        {told}
      </p>
    );
  }
  return (
    <p class="form-lead" role="status">
      {fill(words.wouldDo, {
        from: format.instant(told.fromMs),
        to: format.instant(told.toMs),
        before: toText(format.energy(told.before.energyWh)),
        after: toText(format.energy(told.after.energyWh)),
        coverageBefore: format.percent(told.before.coverage),
        coverageAfter: format.percent(told.after.coverage),
      })}{' '}
      <button type="button" class="button is-framed" onClick={onApply}>
        {words.apply}
      </button>
    </p>
  );
}
