import type { ComponentChildren, JSX } from 'preact';

/** A table that scrolls inside its own box, by keys too. */
export function ScrollTable({
  label,
  children,
}: {
  label: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields, and a section would be a landmark beside the one around it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus, or keys can not scroll it.
    <div role="group" class="table-scroll" tabIndex={0} aria-label={label}>
      <table>{children}</table>
    </div>
  );
}
