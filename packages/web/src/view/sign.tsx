import type { JSX } from 'preact';

/** The sign beside a warning, for those who do not see its colour. */
export function Sign(): JSX.Element {
  return (
    <svg class="sign" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 1.5 15 14.5H1Z" />
      <path class="sign-mark" d="M8 6v4M8 12v.6" />
    </svg>
  );
}
