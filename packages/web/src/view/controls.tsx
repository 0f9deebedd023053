import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Room } from '../state/room.ts';
import { isSameView, PRESETS } from '../state/view.ts';
import { useSignal } from './use-signal.ts';

/** One row above the curve: periods on the left, what is displayed on the right. */
export function Controls(props: { room: Room; onSave: () => void; onHelp: () => void }): JSX.Element {
  const { room, onSave, onHelp } = props;
  const view = useSignal(room.model.view);
  const hasCumulative = useSignal(room.hasCumulative);
  const { strings } = room.format;
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => showPressed(ref.current), [view]);
  return (
    // Firefox would stop at a row that scrolls, besides each button in it.
    <div ref={ref} class="controls" tabIndex={-1}>
      <fieldset class="presets" aria-label={strings.presetsTitle}>
        {PRESETS.map((preset) => (
          <button
            key={preset.name}
            type="button"
            class="button"
            aria-pressed={isSameView(view, preset.view)}
            onClick={() => room.model.go(preset.view)}
          >
            {strings.presets[preset.name]}
          </button>
        ))}
      </fieldset>
      <fieldset class="layers" aria-label={strings.layersTitle}>
        {!room.isGauge && (
          <button
            type="button"
            class="button"
            aria-pressed={hasCumulative}
            title={strings.cumulativeTitle}
            onClick={() => room.hasCumulative.set(!hasCumulative)}
          >
            {strings.cumulative}
          </button>
        )}
        <button type="button" class="button" title={strings.backTitle} onClick={() => room.model.back()}>
          {strings.back}
        </button>
        <button
          type="button"
          class="button"
          title={strings.resetTitle}
          onClick={() => room.model.go(room.firstView)}
        >
          {strings.reset}
        </button>
        <button type="button" class="button" title={strings.saveTitle} onClick={onSave}>
          {strings.save}
        </button>
        <button type="button" class="button" title={strings.helpTitle} onClick={onHelp}>
          {strings.help}
        </button>
      </fieldset>
    </div>
  );
}

/** On a phone the row is wider than the screen: the period on show is scrolled to, sideways alone. */
function showPressed(row: HTMLElement | null): void {
  const pressed = row?.querySelector('.presets [aria-pressed=true]');
  if (row === null || pressed === null || pressed === undefined) return;
  const [shown, button] = [row.getBoundingClientRect(), pressed.getBoundingClientRect()];
  if (button.left >= shown.left && button.right <= shown.right) return;
  row.scrollLeft += (button.left + button.right - shown.left - shown.right) / 2;
}
