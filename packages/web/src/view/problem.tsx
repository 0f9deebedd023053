import type { ComponentChildren, JSX } from 'preact';
import { Sign } from './sign.tsx';

/** What went wrong, said at once to those who do not see it; an empty place until then. */
export function ProblemLine({ children }: { children: ComponentChildren }): JSX.Element {
  const isThere = children !== '' && children !== null && children !== false;
  return (
    <div role="alert">
      {isThere && (
        <p class="fault">
          <Sign /> {children}
        </p>
      )}
    </div>
  );
}
