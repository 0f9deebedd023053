import type { ReadingBody } from '@kilowink/api';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Room } from '../state/room.ts';

/** While nobody says when it was, the time goes on. */
const TICK_MS = 20_000;

/** What the meter's display shows, and when it was read; what is refused stays there to be put right. */
export function ReadingForm({
  room,
  onAdd,
}: {
  room: Room;
  /** True once it is kept, false when it is refused. */
  onAdd: (body: ReadingBody) => Promise<boolean | null>;
}): JSX.Element {
  const words = room.format.strings.truth;
  const [index, setIndex] = useState('');
  /** Null for now. */
  const [at, setAt] = useState<string | null>(null);
  /** Which of the two moments it was where the clock showed that time twice. */
  const [chosen, setChosen] = useState('');
  const [wasRefused, setRefused] = useState(false);
  const [isReplaced, setReplaced] = useState(false);
  const [, setNow] = useState(0);
  useEffect(() => {
    if (at !== null) return;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [at]);
  const moments = at === null ? [] : room.format.zone.instantsOf(Date.parse(`${at}Z`));
  const isTwice = moments.length > 1;
  const submit = (event: Event): void => {
    event.preventDefault();
    const moment = isTwice ? Number(chosen) : (at ?? Math.floor(room.nowMs()));
    const body: ReadingBody = { at: moment, index: index.trim(), unit: 'kWh' };
    void onAdd(isReplaced ? { ...body, replaced: true } : body).then((isKept) => {
      setRefused(isKept === false);
      if (isKept !== true) return;
      setIndex('');
      setAt(null);
      setReplaced(false);
    });
  };
  return (
    <form class="form-row" onSubmit={submit}>
      <label>
        {words.display}
        <input
          type="text"
          inputMode="decimal"
          required
          pattern="[0-9][0-9 ]*([.,][0-9]+)?( *[+] *[0-9][0-9 ]*([.,][0-9]+)?)*"
          title={words.displayForm}
          value={index}
          onInput={(event) => setIndex(event.currentTarget.value)}
        />
      </label>
      <label>
        {words.readAt}
        <input
          type="datetime-local"
          value={at ?? room.format.instant(room.nowMs()).slice(0, 16).replace(' ', 'T')}
          onInput={(event) => {
            setAt(event.currentTarget.value || null);
            setChosen('');
          }}
        />
      </label>
      {isTwice && (
        <label>
          {words.readTwice}
          <select required value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            <option value="" />
            {moments.map((each) => (
              <option key={each} value={each}>
                {room.format.instant(each)}
              </option>
            ))}
          </select>
        </label>
      )}
      {wasRefused && (
        <label class="ticked">
          <input
            type="checkbox"
            checked={isReplaced}
            onChange={(event) => setReplaced(event.currentTarget.checked)}
          />
          {words.replaced}
        </label>
      )}
      <button type="submit" class="button is-framed">
        {words.addReading}
      </button>
    </form>
  );
}
