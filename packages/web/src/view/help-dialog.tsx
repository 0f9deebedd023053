import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Strings } from '../i18n/strings.ts';

/** What mouse, fingers and keys do. */
export function HelpDialog({ strings, onClose }: { strings: Strings; onClose: () => void }): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  const titleRef = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    ref.current?.showModal();
    // On a phone the list is longer than the screen, and the button that would have the focus is at its end.
    titleRef.current?.focus();
  }, []);
  return (
    <dialog ref={ref} aria-labelledby="help-title" onClose={onClose}>
      <h2 ref={titleRef} id="help-title" tabIndex={-1}>
        {strings.helpTitle}
      </h2>
      <dl class="keys">
        {strings.keys.map(([keys, what]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button type="button" class="button is-framed" onClick={() => ref.current?.close()}>
        {strings.close}
      </button>
    </dialog>
  );
}
