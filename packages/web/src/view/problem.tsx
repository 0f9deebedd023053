import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Sign } from './sign.tsx';

/**
 * What went wrong, said at once to those who do not see it; an empty place until then. It comes into view: what was pressed may
 * be a phone's screen further down.
 */
export function ProblemLine({ children }: { children: ComponentChildren }): JSX.Element {
  const isThere = children !== '' && children !== null && children !== false;
  const ref = useRef<HTMLDivElement>(null);
  // Once a problem: who scrolls on is not called back each time that something else changes.
  const said = typeof children === 'string' ? children : isThere;
  useEffect(() => {
    if (isThere) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [isThere, said]);
  return (
    <div role="alert" ref={ref}>
      {isThere && (
        <p class="fault">
          <Sign /> {children}
        </p>
      )}
    </div>
  );
}
