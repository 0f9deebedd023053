import type { ReadingBody } from '@kilowink/api';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Room } from '../state/room.ts';

/** What the meter's display shows, and when it was read. */
export function ReadingForm({
  room,
  onAdd,
}: {
  room: Room;
  onAdd: (body: ReadingBody) => void;
}): JSX.Element {
  const words = room.format.strings.truth;
  const [index, setIndex] = useState('');
  const [at, setAt] = useState(() => room.format.instant(room.nowMs()).slice(0, 16).replace(' ', 'T'));
  const submit = (event: Event): void => {
    event.preventDefault();
    onAdd({ at, index: index.trim(), unit: 'kWh' });
    setIndex('');
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
          required
          value={at}
          onInput={(event) => setAt(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button is-framed">
        {words.addReading}
      </button>
    </form>
  );
}
