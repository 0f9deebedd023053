import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Files that are dropped anywhere on the page; what `ref` holds is brought into sight then. */
export function useDrop(onDrop: (files: readonly File[]) => void): {
  readonly isOver: boolean;
  readonly ref: RefObject<HTMLDetailsElement | null>;
} {
  const [isOver, setOver] = useState(false);
  const ref = useRef<HTMLDetailsElement>(null);
  const handler = useRef(onDrop);
  handler.current = onDrop;
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      // Otherwise the browser leaves the page for the file.
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      handler.current([...(event.dataTransfer?.files ?? [])]);
      ref.current?.scrollIntoView();
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  return { isOver, ref };
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}
