/** The outcome of reading something that came from outside: a value, or a fault that is counted and shown. */
export type Result<T, F> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: F };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function fault<F>(fault: F): { readonly ok: false; readonly fault: F } {
  return { ok: false, fault };
}

/** What was wrong with something that came from outside. */
export interface Fault {
  /** A code that sorts by subject, for example `report/size`. Never reused. */
  readonly code: string;
  /** What was expected, what came, and where. */
  readonly message: string;
}
